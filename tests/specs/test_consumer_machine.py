"""Consumers that die, sleep, lose their partitions and are cut off anywhere: every record counts once, in order."""

from __future__ import annotations

from tests.machines import machine_settings
from tests.read_side_machine import ReadSideInTrouble


class ConsumersInTrouble(ReadSideInTrouble):
    """The rules that all machines of the read side share."""


TestConsumersInTrouble = ConsumersInTrouble.TestCase
TestConsumersInTrouble.settings = machine_settings(examples=40, steps=20)
