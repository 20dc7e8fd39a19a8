"""Reading a body: once, counted while it comes, refused as soon as it is too large or of another kind."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from services.chassis.http.headers import Headers
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import BODY_TOO_LARGE, CONTENT_TYPE

MIB = 1024 * 1024
LIMIT = MIB
MOST_FIELDS = 2_000
READ_AWAY = 4 * MIB
"""Bytes of an announced body that is too large and is read to its end all the same, as much as the gateway lets through:
who still sends (a gateway does) reads no answer, and takes a closed connection for a service that is down."""
JSON = ("application/json",)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Body:
    """The body of one request, of `limit` bytes at most. Who has read it, or a field of it, has taken it from nobody."""

    def __init__(self, scope: Scope, given: Headers, receive: Receive, limit: int) -> None:
        self._scope, self._given, self._receive, self._limit = scope, given, receive, limit
        self._limited: Receive | None = None
        self._content: bytes | None = None

    async def receive(self) -> Message:
        """ASGI's next message of it. Raises the problem `body-too-large` (413)."""
        if self._content is not None:
            content, self._content = self._content, None
            return {"type": "http.request", "body": content, "more_body": False}
        if self._limited is None:
            self._limited = limited(self._given, self._receive, self._limit)
        return await self._limited()

    async def read(self) -> bytes:
        """The whole of it; raises 413, or ClientDisconnect where its sender went away."""
        return await read(self.receive)

    async def form_field(self, name: str) -> str:
        """A field of the form that it is, "" where it is none or has no such field; 400 for a form that cannot be read."""
        if kind_of(self._given) not in FORMS:
            return ""
        content = await self.read()
        self._content = content
        async with Request(self._scope, self.receive).form(
            max_files=MOST_FIELDS, max_fields=MOST_FIELDS
        ) as form:
            found = form.get(name)
        self._content = content
        return found if isinstance(found, str) else ""


def require_kind(given: Headers, consumes: Collection[str]) -> None:
    """Raise the problem `content-type` (415) unless the body is of one of these media types."""
    kind = kind_of(given)
    if kind in consumes or ("application/json" in consumes and kind.endswith("+json")):
        return
    listed = ", ".join(consumes)
    raise Problem(
        CONTENT_TYPE,
        th=f"ต้องส่งข้อมูลชนิด {listed} และระบุในส่วนหัว Content-Type",
        en=f"Send {listed}, and say so in the header Content-Type.",
        headers={"Accept": listed},
    )


def kind_of(given: Headers) -> str:
    """The media type of what is sent, without its parameters."""
    return given.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def limited(given: Headers, receive: Receive, limit: int) -> Receive:
    """`receive`, which raises the problem `body-too-large` (413) beyond `limit` bytes, announced or not."""
    announced = given.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit, close=int(announced) > READ_AWAY)
    size = 0

    async def receive_limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit, close=True)
        return message

    return receive_limited


async def read(receive: Receive) -> bytes:
    """The whole body; raises ClientDisconnect where its sender went away."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(limit: int, *, close: bool) -> Problem:
    size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit} bytes"
    return Problem(
        BODY_TOO_LARGE,
        th=f"ข้อมูลที่ส่งมาต้องไม่เกิน {size}",
        en=f"The body may have {size} at most.",
        headers={"Connection": "close"} if close else {},
        more={"limit": limit},
    )
