"""An OTOP producer: it applies for registration (F_part4b_kpi.md §6, source 003 L6285-6329)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from contracts.areas import AreaCode
from contracts.ids import id_pattern, stream_id
from contracts.otop import ApplicationChannel, ProducerApplied, ProducerCategory
from services.chassis.decider import Aggregate, Command, Decision, Refused


class ApplyAsProducer(Command):
    """Ask to be registered, at the district office of the producer's location or online."""

    producer_id: str
    category: ProducerCategory
    channel: ApplicationChannel
    area: AreaCode
    on: date


@dataclass(frozen=True, slots=True)
class Producer:
    """What is known of a producer."""

    area: str = ""


ProducerId = Annotated[str, StringConstraints(pattern=id_pattern("producer"))]


def producer_stream(area: str, registration_ref: str) -> str:
    """The district that takes the request and its number there are the natural key; a name is no key."""
    return stream_id("producer", area[:4], registration_ref)


NOT_FOUND = Refused("producer-not-found", "ไม่พบผู้ผลิตรายนี้", "There is no such producer.", kind="missing")
NEEDS_A_TAMBON = Refused(
    "producer-needs-a-tambon",
    "ต้องระบุที่ตั้งของผู้ผลิตอย่างน้อยระดับตำบล",
    "The producer's location is needed, at least the tambon.",
    kind="invalid",
)
APPLIED = Refused("producer-applied", "ผู้ผลิตรายนี้ยื่นคำร้องไว้แล้ว", "This producer has applied already.")


def decide(command: ApplyAsProducer, state: Producer) -> Decision:
    """One application a producer."""
    if len(command.area) < 6:
        return NEEDS_A_TAMBON
    if state.area:
        return APPLIED
    return [
        ProducerApplied(
            area=command.area,
            on=command.on,
            producer_id=command.producer_id,
            category=command.category,
            channel=command.channel,
        )
    ]


def evolve(state: Producer, event: ProducerApplied) -> Producer:  # noqa: ARG001 - every decider has both
    """The producer after the event."""
    return Producer(event.area)


PRODUCER = Aggregate(
    name="producer",
    initial=Producer(),
    decide=decide,
    evolve=evolve,
    events=frozenset({ProducerApplied}),
    area=lambda producer: producer.area,
)
