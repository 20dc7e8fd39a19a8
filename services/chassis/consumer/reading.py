"""Reading a record from Kafka, whatever it is: an envelope, or what can still be known of one that cannot be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from contracts.envelope import Envelope, Unreadable, from_headers, number
from services.chassis.dead_letters import Letter


class Content(Protocol):
    """What a record carries. Nothing in it is trusted."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class Raw(Content, Protocol):
    """A record as it came from Kafka: what `aiokafka.ConsumerRecord` has and we read."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that is not a readable event of ours. `position` is None if it or its predecessor cannot be read."""

    reason: str
    position: int | None
    previousposition: int
    stream: str
    """From Kafka's key; empty if there is none or it is no text."""
    id: str = ""
    """Of the event, where the record says one."""


def read(raw: Content) -> Envelope | Damaged:
    """Never raises, whatever the record holds."""
    try:
        envelope = from_headers(raw.headers, raw.value)
    except Unreadable as reason:
        return damaged(raw, str(reason))
    if raw.key != envelope.subject.encode():
        return damaged(raw, "the key is not the subject")
    if not envelope.position:
        return damaged(raw, "header ce_position is 0")
    return envelope


def damaged(raw: Content, reason: str) -> Damaged:
    """What can still be known of a record that cannot be read."""
    texts = dict(_texts(raw.headers))
    try:
        position: int | None = number(texts, "ce_position") or None
        previous = number(texts, "ce_previousposition")
    except Unreadable:
        position, previous = None, 0
    return Damaged(reason, position, previous, _stream(raw.key), texts.get("ce_id", ""))


def mark(found: Envelope | Damaged, raw: Content) -> str:
    """What stands at a position, to be compared with what comes there again: id and hash of an event, else a digest of the
    record's very bytes."""
    if isinstance(found, Envelope):
        return f"{found.id} {found.hash}"
    return fingerprint(raw)


def same(last: str, found: Envelope | Damaged, raw: Content) -> bool:
    """Whether a record is what the mark `last` was made of. A mark that is not known says nothing, so yes."""
    if not last or last == mark(found, raw):
        return True
    return last.startswith(BYTES) and last == fingerprint(raw)  # code of before could not read it


BYTES = "bytes "


def fingerprint(raw: Content) -> str:
    """`bytes <sha256>` over key, headers and value; each is told apart from what is absent."""
    digest = hashlib.sha256()
    for part in (raw.key, raw.value, *(one for name, value in raw.headers for one in (name.encode(), value))):
        digest.update(b"-" if part is None else len(part).to_bytes(8, "big") + part)
    return BYTES + digest.hexdigest()


def letter(raw: Raw, position: int | None, stream: str, reason: str, *, follower: bool = False) -> Letter:
    """The record as a dead letter."""
    return Letter(
        source=(raw.topic, raw.partition),
        offset=raw.offset,
        position=position,
        stream=stream,
        key=raw.key,
        value=raw.value,
        headers=raw.headers,
        timestamp=raw.timestamp,
        reason=reason,
        follower=follower,
    )


def why(error: BaseException) -> str:
    """What went wrong and where, and nothing of the data: the message of an exception may repeat a value."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return "data: " + "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['type']}" for f in faults[:5])
    number = getattr(error, "code", None)  # MongoDB's
    kind = f"{type(error).__name__} {number}" if isinstance(number, int) else type(error).__name__
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    if where is None:
        return kind
    code = where.tb_frame.f_code
    return f"{kind} in {code.co_qualname}, {code.co_filename.rsplit('/', 1)[-1]}:{where.tb_lineno}"


def later(newest: datetime | None, time: str) -> datetime | None:
    """The later of a moment and a `ce_time`; one that is no moment with a zone does not count."""
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return newest
    if moment.tzinfo is None:
        return newest
    return moment if newest is None else max(newest, moment)


def _texts(headers: Iterable[tuple[str, bytes | None]]) -> Iterable[tuple[str, str]]:
    for name, raw in headers:
        if raw is not None and raw.isascii():
            yield name, raw.decode("ascii")


def _stream(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        return ""
