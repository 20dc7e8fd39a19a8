"""One transaction for all that a batch leaves, and a commit without an answer: schedules that the machines seldom meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest

from tests.read_side_machine import ReadSideInTrouble
from tests.system.bus import registered

SAID = [(0, False), (1, False), (0, False)]


@contextmanager
def consumers() -> Iterator[ReadSideInTrouble]:
    """One consumer, at work; in the end a fresh one reads the rest, and all must be there."""
    machine = ReadSideInTrouble()
    try:
        yield machine
    finally:
        machine.teardown()


def test_a_dead_letter_is_there_with_the_checkpoint_that_passed_it_or_not_at_all():
    """Whatever half operation the consumer dies at. Its successor has the bug mended: had the letter been left behind, the
    record would be in the read models and in dead letters, and a replay would count it twice."""
    for after in range(24):
        with consumers() as machine:
            machine.side.bugs[registered(0).membership_id] = "breaks"
            machine.a_consumer_is_killed_while_it_works(number=0, after=after, said=SAID, seconds=0.5)
            machine.the_read_models_are_the_fold_of_the_log_up_to_the_checkpoints()
            machine.side.bugs.clear()


@pytest.mark.parametrize("trouble", ["request lost", "reply lost", "rolled back"])
def test_a_commit_without_an_answer_is_not_taken_for_done_and_not_done_twice(
    trouble: Literal["request lost", "reply lost", "rolled back"], monkeypatch: pytest.MonkeyPatch
):
    """These are the last records for a long time: none follows that would show the hole, and Kafka's offsets are beyond."""
    with consumers() as machine:
        side, commits = machine.side, []

        def step(name: str) -> None:
            if name == "consumer.changes-written":
                commits.append(name)
            if len(commits) > 1 or name != "consumer.changes-written":
                return
            if trouble == "rolled back":
                side.server.lag()
            else:
                side.processes[0].wire.fates.append(trouble)

        monkeypatch.setattr("services.chassis.consumer.applying.step", step)
        machine.facts_come(SAID, 0.1)
        if trouble == "rolled back":
            machine.another_node_becomes_primary(politely=False, seconds=0.1)
        machine.time_passes(3.0)
        side.assert_complete()
        assert len(commits) == (1 if trouble == "reply lost" else 2), (
            "what was done is seen by the checkpoint"
        )
