"""Reading a body: counted while it comes, refused as soon as it is too large or of another kind."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from services.chassis.http.headers import Headers
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import BODY_TOO_LARGE, CONTENT_TYPE

MIB = 1024 * 1024
LIMIT = MIB
JSON = ("application/json",)


def require_kind(given: Headers, consumes: Collection[str]) -> None:
    """Raise the problem `content-type` (415) unless the body is of one of these media types."""
    kind = given.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    if kind in consumes or ("application/json" in consumes and kind.endswith("+json")):
        return
    listed = ", ".join(consumes)
    raise Problem(
        CONTENT_TYPE,
        th=f"ต้องส่งข้อมูลชนิด {listed} และระบุในส่วนหัว Content-Type",
        en=f"Send {listed}, and say so in the header Content-Type.",
        headers={"Accept": listed},
    )


def limited(given: Headers, receive: Receive, limit: int) -> Receive:
    """`receive`, which raises the problem `body-too-large` (413) beyond `limit` bytes, announced or not."""
    announced = given.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    size = 0

    async def receive_limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
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


def _too_large(limit: int) -> Problem:
    size = f"{limit // MIB} MiB" if limit >= MIB else f"{limit} bytes"
    return Problem(
        BODY_TOO_LARGE,
        th=f"ข้อมูลที่ส่งมาต้องไม่เกิน {size}",
        en=f"The body may have {size} at most.",
        headers={"Connection": "close"},  # the rest of it is not wanted
        more={"limit": limit},
    )
