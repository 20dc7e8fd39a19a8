"""What the figures are measured with: villages, memberships and their events, as the product itself makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from bson import decode

from contracts.envelope import GENESIS
from contracts.event import Event
from contracts.funds import FundEstablished, FundKind
from contracts.ids import derived, stream_id
from contracts.members import Cohort, MembershipRegistered, Network
from services.chassis.calls import Call
from services.chassis.commits import commit_of, to_bson
from services.chassis.mongo import Document
from services.members.domain.membership import EnterFromRegister

ON = date(2022, 8, 1)
RECORDED = datetime(2022, 8, 1, 9, 0, tzinfo=UTC)
ACTOR = "local:officer:51"
DISTRICTS = tuple(f"51{n:02}" for n in range(1, 9))
TAMBONS = tuple(f"{DISTRICTS[n % 8]}{1 + n // 8:02}" for n in range(51))
VILLAGES = tuple(f"{TAMBONS[n % 51]}{1 + n // 51:02}" for n in range(405))
"""As many as Lamphun has."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A commit of one event as the relay finds it, and as it is inserted."""

    raw: bytes
    document: Document


def call(number: int, run: str) -> Call:
    """The call of a command under a key of its own."""
    return Call(
        actor=ACTOR,
        command_id=derived(ACTOR, "bench", run, number),
        now=datetime.now(UTC),
        correlation_id=derived("bench", run, number).hex,
        scopes=("51",),
    )


def membership(number: int) -> tuple[str, Event]:
    """The stream of the n-th membership and the event with which it is registered."""
    stream = stream_id("membership", number)
    event = MembershipRegistered(
        area=VILLAGES[number % len(VILLAGES)],
        on=ON,
        membership_id=stream,
        person_id=stream_id("person", number),
        network=Network.TSM,
        cohort=Cohort.NEW,
        generated=False,
    )
    return stream, event


def entry(number: int) -> EnterFromRegister:
    """The command with which the n-th person's membership is taken over from a register."""
    person = stream_id("person", number)
    return EnterFromRegister(
        person_id=person,
        network=Network.TSM,
        area=VILLAGES[number % len(VILLAGES)],
        applied_on=ON,
        registered_on=ON,
        cohort=Cohort.NEW,
    )


def fund(number: int) -> tuple[str, Event]:
    """The stream of the n-th fund and the event with which it is established."""
    stream = stream_id("fund", number)
    area = VILLAGES[number % len(VILLAGES)]
    event = FundEstablished(
        area=area, on=ON, fund_id=stream, kind=FundKind.SAVINGS, number=1 + number, name_th=f"กองทุน {number}"
    )
    return stream, event


def raw_commit(number: int, stream: str, event: Event, *, recorded_at: datetime = RECORDED) -> bytes:
    """The first commit of a stream, BSON-encoded as the group commit takes it."""
    commit = commit_of(
        stream=stream,
        version=1,
        previoushash=GENESIS,
        events=[(event, None, GENESIS, "")],
        command_id=derived("bench-command", number, stream),
        fingerprint="f" * 64,
        actor=ACTOR,
        recorded_at=recorded_at,
        correlation_id=derived("bench", number).hex,
    )
    return to_bson(commit)


_made: list[Ready] = []


def memberships(count: int) -> Sequence[Ready]:
    """So many one-event commits, each of a stream of its own; made once for all figures."""
    _made.extend(_ready(raw_commit(number, *membership(number))) for number in range(len(_made), count))
    return _made[:count]


def _ready(raw: bytes) -> Ready:
    document: dict[str, Any] = decode(raw)
    return Ready(raw, {**document, "recorded_at": document["recorded_at"].replace(tzinfo=UTC)})


def groups(raws: Sequence[bytes], size: int = 1_000) -> Iterator[Sequence[bytes]]:
    """In the size of a full group commit."""
    return (raws[at : at + size] for at in range(0, len(raws), size))
