"""Consumers that die, sleep, lose their partitions and are cut off anywhere: every record counts once, in order."""

from __future__ import annotations

from tests.machines import machine_settings
from tests.read_side_machine import ReadSideInTrouble


class ConsumersInTrouble(ReadSideInTrouble):
    """The rules that all machines of the read side share."""


TestConsumersInTrouble = ConsumersInTrouble.TestCase
TestConsumersInTrouble.settings = machine_settings(examples=25, steps=20)


def test_a_consumer_may_sleep_at_any_operation_of_a_batch_while_its_partitions_go_to_another():
    for after in range(24):
        machine = ConsumersInTrouble()
        said = [(number, False) for number in range(6)]
        machine.a_consumer_sleeps_while_its_partitions_go_to_another(
            after=after, said=said, later=said[:2], wakes=True
        )
        machine.the_read_models_are_the_fold_of_the_log_up_to_the_checkpoints()
        machine.teardown()
