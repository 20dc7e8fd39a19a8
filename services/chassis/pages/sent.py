"""What a browser sends with a form: its fields, a file among them; bounded."""

from __future__ import annotations

from email.parser import BytesParser
from urllib.parse import parse_qsl

from starlette.requests import Request

MOST = 256 * 1024
MOST_FILE = 4 * 1024 * 1024 + MOST


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form; {} where they are too many."""
    return dict(parse_qsl((await _body(request, MOST)).decode("utf-8", "replace"), keep_blank_values=True))


async def fields_with_file(request: Request) -> dict[str, bytes]:
    """The fields of a form with a file (multipart/form-data); {} where it is too large."""
    kind = request.headers.get("content-type", "").encode("latin-1")
    body = await _body(request, MOST_FILE)
    message = BytesParser().parsebytes(b"Content-Type: " + kind + b"\r\n\r\n" + body)
    found: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
            if file := part.get_filename():
                found[f"{name}-name"] = file.encode()
            if part.get_content_type() != "text/plain":
                found[f"{name}-type"] = part.get_content_type().encode()
    return found


async def _body(request: Request, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            return b""
        pieces.append(piece)
    return b"".join(pieces)
