"""The chain of positions: what is applied, skipped or found missing, whatever the bus repeats or withholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.event import Event
from contracts.members import MembershipRegistered
from services.chassis.checkpoints import Checkpoint
from services.chassis.consumer.chain import Holes, Remedy, Verdict, verdict
from services.chassis.consumer.deciding import LETTERS_PER_BATCH, Decision
from services.chassis.consumer.halts import Halted, Why
from services.chassis.consumer.reading import fingerprint
from services.chassis.consumer.skips import Skip, Skips
from services.chassis.projection import Record
from tests.system.bus import RECORDED, TOPIC, Written, registered, written

SOURCE = (TOPIC, 0)


@dataclass
class Noting:
    """Notes what it is given; breaks on the streams that it is told to break on."""

    breaks_on: frozenset[str] = frozenset()
    taken: list[int] = field(default_factory=list)

    def hears(self, cls: type[Event]) -> bool:
        return cls is MembershipRegistered

    def make(self, record: Record) -> None:
        if record.envelope.subject in self.breaks_on:
            raise KeyError("somebody's name")

    def take(self, record: Record, offset: int, made: Any) -> None:
        self.taken.append(record.envelope.position)


def decide(
    batch: Iterable[Written], checkpoint: Checkpoint | None = None, taker: Noting | None = None
) -> Decision:
    decision = Decision.begin({SOURCE: checkpoint or Checkpoint(SOURCE)}, taker or Noting(), {})
    decision.walk(batch)
    return decision


def taken(decision: Decision) -> list[int]:
    assert isinstance(decision.taker, Noting)
    return decision.taker.taken


def log(length: int, streams: int = 3) -> list[Written]:
    """Records of one partition with the positions that a relay of several partitions would have given."""
    found, previous = [], 0
    for n in range(length):
        position = previous + 1 + n % 3
        found.append(written(registered(n % streams), n // streams + 1, position, previous, offset=n * 2))
        previous = position
    return found


def test_a_repeat_is_tested_before_anything_else():
    assert verdict(7, 7, 3) is Verdict.SKIP
    assert verdict(7, 5, 7) is Verdict.SKIP


def test_the_next_of_the_partition_is_applied_however_far_its_number_is():
    assert verdict(7, 90, 7) is Verdict.APPLY
    assert verdict(0, 12, 0) is Verdict.APPLY


def test_anything_else_is_a_hole():
    assert verdict(7, 90, 8) is Verdict.HOLE
    assert verdict(7, 90, 6) is Verdict.HOLE
    assert verdict(0, 2, 1) is Verdict.HOLE


@given(
    st.integers(1, 40).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n), st.integers(0, n)), max_size=8))
    )
)
def test_whatever_steps_back_and_repeats_each_event_is_applied_once_and_in_order(
    case: tuple[int, list[tuple[int, int]]],
):
    length, pieces = case
    records, checkpoint, applied = log(length), Checkpoint(SOURCE), []
    for start, size in [*pieces, (0, length)]:  # any pieces, then everything from the start
        decision = decide(records[start : start + size], checkpoint)
        applied += taken(decision)
        checkpoint = next(iter(decision.moves().values()), checkpoint)
    assert applied == [record.position for record in records]
    assert checkpoint.position == records[-1].position


@given(st.integers(2, 30), st.data())
def test_nothing_behind_a_hole_is_applied(length: int, data: st.DataObject):
    records = log(length)
    missing = data.draw(st.integers(0, length - 2))
    decision = decide(records[:missing] + records[missing + 1 :])
    assert taken(decision) == [record.position for record in records[:missing]]
    assert decision.holes() == [SOURCE]


def test_a_hole_is_looked_for_at_the_checkpoint_then_from_the_start_then_it_is_an_alarm():
    holes = Holes()
    assert [holes.seen(SOURCE, 7) for _ in range(4)] == [
        Remedy.SEEK_CHECKPOINT,
        Remedy.SEEK_START,
        Remedy.ALARM,
        Remedy.ALARM,
    ]
    assert holes.seen(SOURCE, 8) is Remedy.SEEK_CHECKPOINT, "the checkpoint has moved: another hole"
    assert holes.seen((TOPIC, 1), 7) is Remedy.SEEK_CHECKPOINT, "another partition"


def test_a_type_that_nobody_knows_moves_the_checkpoint_and_does_nothing():
    records = log(3)
    records[1] = records[1].with_header("ce_type", b"chumchon.members.SomethingNew.v9")
    decision = decide(records)
    assert taken(decision) == [records[0].position, records[2].position]
    [moved] = decision.moves().values()
    assert (moved.position, moved.offset, moved.parked) == (records[2].position, 4, frozenset())
    assert decision.letters == []


def test_a_bug_parks_its_stream_and_no_other_and_tells_no_data():
    records = log(9)
    bad = registered(1).membership_id
    decision = decide(records, taker=Noting(frozenset({bad})))
    assert taken(decision) == [record.position for n, record in enumerate(records) if n % 3 != 1]
    assert [(one.position, one.follower) for one in decision.letters] == [
        (records[1].position, False),
        (records[4].position, True),
        (records[7].position, True),
    ]
    assert "KeyError in Noting.make" in decision.letters[0].reason
    assert "somebody" not in decision.letters[0].reason
    [moved] = decision.moves().values()
    assert moved.parked == {bad}
    assert moved.position == records[-1].position


def test_a_parked_stream_stays_parked_in_the_next_batch():
    records = log(6)
    stream = registered(0).membership_id
    decision = decide(records, Checkpoint(SOURCE, parked=frozenset({stream})))
    assert [one.position for one in decision.letters] == [records[0].position, records[3].position]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda record: record.with_header("traceparent", None), "header traceparent is null"),
        (lambda record: record.with_header("ce_actor", b"\xff"), "header ce_actor is not UTF-8"),
        (lambda record: record.with_value(b"\xff{}"), "the value is not UTF-8"),
        (lambda record: record.with_value(None), "the value is null"),
        (lambda record: record.with_value(b'{"area": "x", "on": '), "data: : json_invalid"),
        (lambda record: record.with_value(b'{"area": "51", "on": "2021-10-01"}'), "data: membership_id: missing"),
        (lambda record: record.with_key(b"another"), "the key is not the subject"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_parks_its_stream_and_the_rest_goes_on(damage: Any, reason: str):
    records = log(6)
    records[1] = damage(records[1])
    decision = decide(records)
    assert decision.letters[0].position == records[1].position
    assert decision.letters[0].reason.startswith(reason)
    assert decision.letters[0].value == records[1].value
    assert taken(decision)[-1] == records[5].position
    assert decision.holes() == []


def test_a_record_without_a_position_is_put_aside_without_moving_and_the_next_decides():
    records = log(4)
    stranger = written(registered(9), 1, 1, 0, offset=3).with_header("ce_position", b"one")
    decision = decide([*records[:2], stranger, *records[2:]])
    assert taken(decision) == [record.position for record in records]
    [letter] = decision.letters
    assert (letter.position, letter.offset) == (None, 3)
    [moved] = decision.moves().values()
    assert moved.parked == frozenset()
    records[2] = records[2].with_header("ce_previousposition", None)
    assert decide(records).holes() == [SOURCE], "one of the chain without a position: the next one shows it"


def test_a_position_without_a_key_halts():
    records = log(2)
    records[1] = records[1].with_key(None)
    with pytest.raises(Halted, match=f"position {records[1].position} has no key"):
        decide(records)


def test_more_broken_records_than_the_bound_are_a_bug_of_ours_but_followers_do_not_count():
    many = log(LETTERS_PER_BATCH + 1, streams=LETTERS_PER_BATCH + 1)
    with pytest.raises(Halted, match="one batch broke"):
        decide([record.with_value(b"{}") for record in many])
    one_stream = log(LETTERS_PER_BATCH + 50, streams=1)
    assert len(decide([record.with_value(b"{}") for record in one_stream]).letters) == LETTERS_PER_BATCH + 50


def test_another_event_at_the_position_that_is_held_halts_and_the_same_is_a_repeat():
    records = log(3)
    [checkpoint] = decide(records).moves().values()
    assert decide([records[2]], checkpoint).repeats == 1
    other = replace(records[1].forged(records[2].position, records[1].position), offset=90)
    with pytest.raises(Halted, match=f"position {other.position} holds another event already") as seen:
        decide([other], checkpoint)
    assert seen.value.halt.why is Why.POSITION_TWICE
    assert seen.value.halt.record == f"{TOPIC}/0/90"
    with pytest.raises(Halted, match="holds another event already"):
        decide([*records, other])
    assert decide([other], replace(checkpoint, last="")).repeats == 1, (
        "a checkpoint of before remembers nothing"
    )


def test_what_could_not_be_read_at_a_position_is_remembered_by_its_bytes():
    records = log(3)
    damaged = records[2].with_header("ce_actor", None)
    [checkpoint] = decide([*records[:2], damaged]).moves().values()
    assert decide([damaged], checkpoint).repeats == 1
    with pytest.raises(Halted, match="holds another event already"):
        decide([records[2]], checkpoint)
    readable = replace(checkpoint, last=fingerprint(records[2]))
    assert decide([records[2]], readable).repeats == 1, "code of before could not read it, that of now can"


def test_a_hash_that_does_not_fit_halts_where_there_is_time_to_look():
    records = log(3)
    forged = replace(records[1], value=b"{}")
    decision = Decision.begin({SOURCE: Checkpoint(SOURCE)}, Noting(), {}, hashes=True)
    with pytest.raises(Halted, match="ce_hash") as seen:
        decision.walk([records[0], forged])
    assert seen.value.halt.why is Why.HASH_WRONG
    assert taken(decision) == [records[0].position]


def test_an_event_of_a_service_in_the_topic_of_another_halts():
    record = written(registered(1), 1, 1, 0, topic="chumchon.funds.events.v1")
    source = ("chumchon.funds.events.v1", 0)
    decision = Decision.begin({source: Checkpoint(source)}, Noting(), {})
    with pytest.raises(Halted, match="of another service stands in the topic of funds"):
        decision.walk([record])


def left_out(*records: Written) -> Skips:
    return Skips.of(
        Skip(
            (TOPIC, 0, record.offset),
            fingerprint(record),
            record.position,
            previous,
            "",
            "7c1d",
            "why",
            RECORDED,
        )
        for record in records
        for previous in [int(dict(record.headers)["ce_previousposition"] or b"0")]
    )


def test_a_record_that_was_left_out_is_stepped_over_whether_it_stood_on_the_chain_or_not():
    records = log(4)
    forged = replace(records[0].forged(records[2].position, records[1].position), offset=3)
    decision = Decision.begin({SOURCE: Checkpoint(SOURCE)}, Noting(), {}, left_out(forged))
    decision.walk([*records[:2], forged, *records[2:]])
    assert taken(decision) == [record.position for record in records]
    on_chain = Decision.begin({SOURCE: Checkpoint(SOURCE)}, Noting(), {}, left_out(*records[1:3]))
    on_chain.walk(records[:3])
    [checkpoint] = on_chain.moves().values()
    assert (checkpoint.position, checkpoint.left_out) == (records[0].position, records[2].position)
    after = Decision.begin({SOURCE: checkpoint}, Noting(), {}, left_out(*records[1:3]))
    after.walk(records[3:])
    assert taken(after) == [records[3].position]


def test_in_a_topic_that_was_written_again_another_record_at_the_offset_is_not_left_out():
    records = log(3)
    forged = replace(records[0].forged(records[2].position, records[1].position), offset=records[1].offset)
    decision = Decision.begin({SOURCE: Checkpoint(SOURCE)}, Noting(), {}, left_out(forged))
    decision.walk(records)
    assert taken(decision) == [record.position for record in records]
