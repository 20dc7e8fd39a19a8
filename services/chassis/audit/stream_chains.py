"""Every stream's chain while a log is walked through: hash, link, version, index and time of each event."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from struct import Struct

from contracts.envelope import GENESIS, Envelope, Unwritable
from contracts.ids import event_id
from services.chassis.audit.findings import Fault, Kind

_HEAD = Struct("<IH32s24s")
_UNKNOWN = b""


class StreamChains:
    """The head of every stream seen so far: some 220 bytes a stream, of however many events."""

    def __init__(self) -> None:
        self._heads: dict[str, bytes] = {}
        self._lost: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._heads)

    def version(self, stream: str) -> int:
        """The last version seen; 0 for a stream not seen."""
        head = self._heads.get(stream)
        return int(_HEAD.unpack(head)[0]) if head else self._lost.get(stream, 0)

    def forget(self, stream: str, version: int) -> None:
        """What comes after this version is taken as it is: it is gone or cannot be read, and that was said already."""
        self._heads[stream] = _UNKNOWN
        self._lost[stream] = version

    def follow(self, event: Envelope) -> Iterator[Fault]:
        """Check one event, which becomes the head of its stream whatever is wrong with it."""
        try:
            computed = event.computed_hash()
        except Unwritable:
            computed = "no UTF-8"
        if computed != event.hash:
            yield Fault(Kind.HASH_WRONG, computed, event.hash[:64])
        derived = str(event_id(event.subject, event.streamversion, event.eventindex))
        if derived != event.id:
            yield Fault(Kind.ID_WRONG, derived, event.id[:64])
        yield from self._link(event)
        head = _packed(event)
        if head:
            self._heads[event.subject] = head
        else:
            self.forget(event.subject, event.streamversion)

    def _link(self, event: Envelope) -> Iterator[Fault]:
        head = self._heads.get(event.subject)
        here = (event.streamversion, event.eventindex)
        if head is None:
            version, index, previous, time = 0, 0, GENESIS, ""
        elif head:
            version, index, raw, moment = _HEAD.unpack(head)
            previous, time = raw.hex(), moment.decode()
        else:
            return
        if here not in ((version, index + 1), (version + 1, 0)) or (version == 0 and here != (1, 0)):
            yield Fault(Kind.STREAM_GAP, f"{version}.{index + 1} or {version + 1}.0", f"{here[0]}.{here[1]}")
        elif event.previoushash != previous:
            yield Fault(Kind.CHAIN_BROKEN, previous, event.previoushash[:64])
        if event.time < time:
            yield Fault(Kind.TIME_BACKWARDS, f"{time} or later", event.time[:32])


def _packed(event: Envelope) -> bytes:
    time = event.time.encode("utf-8", "replace")
    try:
        raw = bytes.fromhex(event.hash)
        if len(raw) != 32 or len(time) != 24:
            return _UNKNOWN
        return _HEAD.pack(event.streamversion, event.eventindex, raw, time)
    except (ValueError, struct.error):  # a hash that is none, a version beyond any
        return _UNKNOWN
