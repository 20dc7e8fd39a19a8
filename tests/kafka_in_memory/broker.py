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
    places: list[Place] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    """Open ones; those of an earlier transaction too, where that one got no marker."""
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
        self.forgets: set[int] = set()
        """Partitions that get no marker of the next transaction that ends, as when they are without a leader for a moment."""
        self._ending: set[asyncio.Task[None]] = set()
        self._decided: set[int] = set()

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

    def add(self, name: str, epoch: int, place: Place) -> None:
        """A partition is in the transaction from now on, with or without records. Raises ProducerFenced."""
        one = self._of(name, epoch)
        if one.state == "ending":
            raise ProducerFenced
        if one.state == "idle":
            one.state, one.begun = "open", self._clock()
        if place not in one.places:
            one.places.append(place)

    def produce(self, name: str, epoch: int, place: Place, records: Iterable[Sent]) -> None:
        """Append to an open transaction. Raises ProducerFenced."""
        self.add(name, epoch, place)
        for timestamp, key, value, headers in records:
            self.transactions[name].entries.append(
                self._append(place, timestamp, key, value, headers, "open")
            )

    def end(self, name: str, epoch: int) -> None:
        """Commit: from here on it is decided. Raises ProducerFenced."""
        one = self._of(name, epoch)
        if one.state == "idle":
            return
        one.state = "ending"
        self._decided.update(id(entry) for entry in one.entries)
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
        for place in one.places:
            if self.marker_seconds:
                await asyncio.sleep(self.marker_seconds)
            self._mark_in(one, place, "committed")
        self._done_with(one)

    def _abort(self, one: Transaction) -> None:
        for place in one.places:
            self._mark_in(one, place, "aborted")
        self._done_with(one)

    def _mark_in(self, one: Transaction, place: Place, state: Literal["committed", "aborted"]) -> None:
        """A marker ends all that its producer has open in a partition, whenever it came there."""
        if place[1] in self.forgets:
            return
        for entry in one.entries:
            if (entry.topic, entry.partition) == place:
                entry.state = state
        one.entries = [entry for entry in one.entries if entry.state == "open"]
        self._append(place, 0, None, None, (), "marker")

    def _done_with(self, one: Transaction) -> None:
        """Whatever is still among its entries is open for as long as no marker of this producer comes there."""
        if self.forgets.intersection(partition for _, partition in one.places):
            self.forgets.clear()
        one.places, one.state = [], "idle"

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
        for one in self.transactions.values():
            one.entries = [entry for entry in one.entries if entry.topic != topic]

    def end_offset(self, place: Place, *, committed: bool) -> int:
        """The next offset; for readers of what is committed the first open record."""
        log = self.logs[place]
        if committed:
            for entry in log:
                if entry.state == "open":
                    return entry.offset
        return log[-1].offset + 1 if log else self.begins[place]

    def read(self, place: Place, start: int, most: int, *, committed: bool) -> tuple[list[Entry], int]:
        """The records from an offset on, all or those that are committed, and the offset to go on from."""
        found: list[Entry] = []
        position = start
        for entry in self.logs[place]:
            if entry.offset < start:
                continue
            if (committed and entry.state == "open") or len(found) == most:
                break
            position = entry.offset + 1
            if entry.state == "committed" or (not committed and entry.state != "marker"):
                found.append(entry)
        return found, position

    def committed(self, topic: str) -> list[Entry]:
        """All that is committed or decided to be, by partition and offset."""
        return self._in(
            topic,
            lambda entry: (
                entry.state == "committed" or (entry.state == "open" and id(entry) in self._decided)
            ),
        )

    def betrayed(self, topic: str) -> list[Entry]:
        """All that was decided to be committed and then aborted: their partition got no marker but a later abort's."""
        return self._in(topic, lambda entry: entry.state == "aborted" and id(entry) in self._decided)

    def _in(self, topic: str, wanted: Callable[[Entry], bool]) -> list[Entry]:
        return [
            entry
            for place in sorted(self.logs)
            if place[0] == topic
            for entry in self.logs[place]
            if wanted(entry)
        ]
