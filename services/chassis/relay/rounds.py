"""Rounds, the log that gives positions: which commits go next, as which records. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from contracts.topics import PARTITIONS
from services.chassis.mongo import Document
from services.chassis.relay.partition import partition_of
from services.chassis.relay.refusals import topic_behind_rounds, topic_beyond_rounds, topic_disagrees
from services.chassis.relay.wire import headers_of

COMMITS = 5_000
"""What one round takes at most, and 16 MiB: that is MongoDB's own limit of one reply, so one reply is one round."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: `count` events from position `first` on, those of `commits`, (stream, version), in this order.

    `at` is when it was published, UTC in whole milliseconds; `last` the last position in each partition after it,
    0 where there is none.
    """

    first: int
    count: int
    at: datetime
    epoch: int
    commits: tuple[tuple[str, int], ...] = field(repr=False)
    last: Mapping[int, int]

    @property
    def final(self) -> int:
        """The position of its last event."""
        return self.first + self.count - 1


BEFORE_THE_FIRST = Round(
    first=1,
    count=0,
    at=datetime(1970, 1, 1, tzinfo=UTC),
    epoch=0,
    commits=(),
    last=dict.fromkeys(range(PARTITIONS), 0),
)


class Outgoing(NamedTuple):
    """One record, as it goes to its partition."""

    partition: int
    position: int
    previousposition: int
    key: bytes
    value: bytes
    timestamp: int
    """Milliseconds since 1970: when its round was published."""
    headers: list[tuple[str, bytes]]


def next_round(previous: Round, commits: Sequence[Document], *, now: datetime, epoch: int) -> Round:
    """The round of these commits (documents, in the order of the outbox), right after `previous`."""
    position = previous.final
    last = dict(previous.last)
    at = max(previous.at, now.replace(microsecond=now.microsecond // 1000 * 1000))
    for commit in commits:
        position += len(commit["events"])
        last[partition_of(commit["_id"]["stream"])] = position
        at = max(at, commit["recorded_at"])
    return Round(
        first=previous.final + 1,
        count=position - previous.final,
        at=at,
        epoch=epoch,
        commits=tuple((commit["_id"]["stream"], commit["_id"]["version"]) for commit in commits),
        last=last,
    )


def outgoing(previous: Round, found: Round, commits: Sequence[Document]) -> Iterator[Outgoing]:
    """The records of round `found`, which has these commits and follows `previous`: the same whoever asks, whenever."""
    timestamp = round(found.at.timestamp() * 1000)
    position = previous.final
    last = dict(previous.last)
    for commit in commits:
        stream = commit["_id"]["stream"]
        partition = partition_of(stream)
        key = stream.encode()
        for index, event in enumerate(commit["events"]):
            position += 1
            before = last[partition]
            headers = headers_of(commit, index, position=position, previousposition=before)
            yield Outgoing(partition, position, before, key, event["data"].encode(), timestamp, headers)
            last[partition] = position


def missing(
    previous: Round, found: Round, commits: Sequence[Document], topic: Mapping[int, int]
) -> list[Outgoing]:
    """What of the round `found` the topic has not got, given the topic's last position in every partition.

    Raises RelayRefused where what the topic holds and what comes next make no chain, so that sending would leave a
    hole. Positions after the round are taken as they are: `demand_not_beyond` is for the last round.
    """
    reached = dict(topic)
    records = list(outgoing(previous, found, commits))
    lacking = [record for record in records if record.position > topic[record.partition]]
    if any(topic[partition] < position for partition, position in previous.last.items()):
        raise topic_behind_rounds(topic, previous.last)
    for record in lacking:
        if record.previousposition != reached[record.partition]:
            raise topic_disagrees(topic, found.first)
        reached[record.partition] = record.position
    whole = len(records) == found.count and found.first == previous.final + 1
    if not whole or any(reached[partition] < position for partition, position in found.last.items()):
        raise topic_disagrees(topic, found.first)
    return lacking


def demand_not_beyond(last: Round, topic: Mapping[int, int]) -> None:
    """Raise RelayRefused if the topic holds what the rounds do not know: MongoDB was restored, or is another's."""
    if any(topic[partition] > position for partition, position in last.last.items()):
        raise topic_beyond_rounds(topic, last.last)
