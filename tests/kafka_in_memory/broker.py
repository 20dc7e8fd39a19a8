"""The broker: partitions of records and markers, and one transaction for each `transactional.id`, fenced by epoch."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aiokafka.errors import ProducerFenced

TRANSACTION_SECONDS = 10.0
Headers = Sequence[tuple[str, bytes | None]]
Sent = tuple[int, bytes | None, bytes | None, Headers]
"""Timestamp, key, value and headers."""
Place = tuple[str, int]
"""Topic and partition."""


@dataclass(slots=True)
class Entry:
    """One offset of a partition: a record, or a marker, which is nobody's to read."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    state: Literal["open", "committed", "aborted", "marker"]


@dataclass(slots=True)
class Transaction:
    """What a `transactional.id` is doing."""

    epoch: int = 0
    state: Literal["idle", "open", "ending"] = "idle"
    entries: list[Entry] = field(default_factory=list)
    begun: float = 0.0


class Broker:
    """`marker_seconds`: how long after its commit a transaction's markers are written, partition by partition."""

    def __init__(self, clock: Callable[[], float], *, marker_seconds: float = 0.0) -> None:
        self._clock = clock
        self.marker_seconds = marker_seconds
        self.logs: dict[Place, list[Entry]] = defaultdict(list)
        self.begins: dict[Place, int] = defaultdict(int)
        self.widths: dict[str, int] = {}
        self.transactions: dict[str, Transaction] = defaultdict(Transaction)
        self._ending: set[asyncio.Task[None]] = set()

    # --- a producer's side ---

    async def init_producer(self, name: str) -> int:
        """The epoch of a new producer of this id: older ones are fenced, what they left open is aborted."""
        one = self.transactions[name]
        one.epoch += 1
        epoch = one.epoch
        while one.state == "ending":  # what was committed becomes visible first
            await asyncio.sleep(0.005)
        if one.epoch == epoch:
            self._abort(one)
        return epoch

    def produce(self, name: str, epoch: int, place: Place, records: Iterable[Sent]) -> None:
        """Append to an open transaction. Raises ProducerFenced."""
        one = self._of(name, epoch)
        if one.state == "ending":
            raise ProducerFenced
        if one.state == "idle":
            one.state, one.begun = "open", self._clock()
        for timestamp, key, value, headers in records:
            one.entries.append(self._append(place, timestamp, key, value, headers, "open"))

    def end(self, name: str, epoch: int, *, commit: bool) -> None:
        """From here on it is decided. Raises ProducerFenced."""
        one = self._of(name, epoch)
        if one.state == "idle":
            return
        if not commit:
            self._abort(one)
            return
        one.state = "ending"
        task = asyncio.create_task(self._mark(one))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _of(self, name: str, epoch: int) -> Transaction:
        one = self.transactions[name]
        if one.state == "open" and self._clock() - one.begun > TRANSACTION_SECONDS:
            self._abort(one)
            one.epoch += 1
        if one.epoch != epoch:
            raise ProducerFenced
        return one

    async def _mark(self, one: Transaction) -> None:
        places = dict.fromkeys((entry.topic, entry.partition) for entry in one.entries)
        for place in places:
            if self.marker_seconds:
                await asyncio.sleep(self.marker_seconds)
            for entry in one.entries:
                if (entry.topic, entry.partition) == place:
                    entry.state = "committed"
            self._append(place, 0, None, None, (), "marker")
        one.entries, one.state = [], "idle"

    def _abort(self, one: Transaction) -> None:
        for entry in one.entries:
            entry.state = "aborted"
        for place in dict.fromkeys((entry.topic, entry.partition) for entry in one.entries):
            self._append(place, 0, None, None, (), "marker")
        one.entries, one.state = [], "idle"

    def _append(self, place: Place, timestamp: int, key, value, headers, state) -> Entry:
        log = self.logs[place]
        offset = log[-1].offset + 1 if log else self.begins[place]
        entry = Entry(*place, offset, timestamp, key, value, headers, state)
        log.append(entry)
        return entry

    # --- a reader's side ---

    def append(self, place: Place, timestamp: int, key, value, headers) -> Entry:
        """A record outside of transactions, for the scenery of a specification."""
        return self._append(place, timestamp, key, value, headers, "committed")

    def append_aborted(self, place: Place, count: int) -> None:
        """Records of a stranger that were never committed, and their marker."""
        for _ in range(count):
            self._append(place, 0, b"never", b"never", (), "aborted")
        self._append(place, 0, None, None, (), "marker")

    def empty(self, topic: str) -> None:
        """The topic is deleted and made again: offsets begin anew."""
        for place in [place for place in self.logs if place[0] == topic]:
            del self.logs[place]
            self.begins.pop(place, None)

    def end_offset(self, place: Place, *, committed: bool) -> int:
        """The next offset; for readers of what is committed the first open record."""
        log = self.logs[place]
        if committed:
            for entry in log:
                if entry.state == "open":
                    return entry.offset
        return log[-1].offset + 1 if log else self.begins[place]

    def read(self, place: Place, start: int, most: int) -> tuple[list[Entry], int]:
        """The committed records from an offset on, and the offset to go on from."""
        found: list[Entry] = []
        position = start
        for entry in self.logs[place]:
            if entry.offset < start:
                continue
            if entry.state == "open" or len(found) == most:
                break
            position = entry.offset + 1
            if entry.state == "committed":
                found.append(entry)
        return found, position

    def committed(self, topic: str) -> list[Entry]:
        """All that is committed or decided to be, by partition and offset."""
        decided = {
            id(entry) for one in self.transactions.values() if one.state == "ending" for entry in one.entries
        }
        return [
            entry
            for place in sorted(self.logs)
            if place[0] == topic
            for entry in self.logs[place]
            if entry.state == "committed" or id(entry) in decided
        ]
