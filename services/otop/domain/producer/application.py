"""The application: it comes, goes back where it is incomplete, and comes again (F_part4b_kpi.md §6.1 steps 3 and 4.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.areas import AreaCode
from contracts.otop import (
    ApplicationChannel,
    ApplicationResubmitted,
    ApplicationReturned,
    DistrictOpinion,
    ProducerApplied,
    ProducerCategory,
)
from services.chassis.decider import Actor, Command, Decision, Refused
from services.otop.domain.producer.state import REASONS_NEEDED, TOO_EARLY, Producer, Stage


class ApplyAsProducer(Command):
    """Ask to be registered, at the district office of the producer's location or online. A group may name its fund."""

    stamped = frozenset({"by"})

    producer_id: str
    category: ProducerCategory
    channel: ApplicationChannel
    area: AreaCode
    fund_id: str | None = None
    on: date
    by: Actor


class ReturnApplication(Command):
    """Give an incomplete or incorrect request back (step 4.1; that it goes back is derived)."""

    on: date
    reasons: tuple[str, ...]


class ResubmitApplication(Command):
    """The producer brings it again, completed."""

    on: date


NEEDS_A_TAMBON = Refused(
    "producer-needs-a-tambon",
    "ต้องระบุที่ตั้งของผู้ผลิตอย่างน้อยระดับตำบล",
    "The producer's location is needed, at least the tambon.",
    kind="invalid",
)
ONLY_A_GROUP = Refused(
    "fund-of-a-group-only",
    "เฉพาะกลุ่มผู้ผลิตชุมชนเท่านั้นที่ระบุกองทุนได้",
    "Only a producer group can name a fund that it belongs to.",
    kind="invalid",
)
APPLIED = Refused("producer-applied", "ผู้ผลิตรายนี้ยื่นคำร้องไว้แล้ว", "This producer has applied already.")
NOT_UNDER_CHECK = Refused(
    "not-under-check",
    "คำร้องนี้ไม่ได้อยู่ระหว่างพิจารณา",
    "This request is not under consideration.",
)
NOT_RETURNED = Refused("not-returned", "คำร้องนี้ไม่ได้ถูกส่งคืน", "This request was not returned to the producer.")


def apply(command: ApplyAsProducer, state: Producer) -> Decision:
    """One application a producer."""
    if len(command.area) < 6:
        return NEEDS_A_TAMBON
    if command.fund_id is not None and command.category is not ProducerCategory.GROUP:
        return ONLY_A_GROUP
    if state.producer_id:
        return APPLIED
    return [
        ProducerApplied(
            area=command.area,
            on=command.on,
            producer_id=command.producer_id,
            category=command.category,
            channel=command.channel,
            fund_id=command.fund_id,
            recorder=command.by.id,
        )
    ]


def give_back(command: ReturnApplication, state: Producer) -> Decision:
    """Only while it is checked, and with what is wrong; returned already for the same is a no-op."""
    if not command.reasons:
        return REASONS_NEEDED
    if state.stage is Stage.RETURNED and (state.since, state.reasons) == (command.on, command.reasons):
        return []
    if state.stage is not Stage.APPLIED:
        return NOT_UNDER_CHECK
    if command.on < state.since:
        return TOO_EARLY
    return [
        ApplicationReturned(
            area=state.area,
            on=command.on,
            producer_id=state.producer_id,
            category=state.category,
            reasons=command.reasons,
            was=state.district,
        )
    ]


def resubmit(command: ResubmitApplication, state: Producer) -> Decision:
    """Only what was returned."""
    if state.stage is not Stage.RETURNED:
        return NOT_RETURNED
    if command.on < state.since:
        return TOO_EARLY
    return [
        ApplicationResubmitted(
            area=state.area, on=command.on, producer_id=state.producer_id, category=state.category
        )
    ]


def applied(event: ProducerApplied) -> Producer:
    """The producer as it begins. Older applications have no recorder: then nobody is kept from deciding."""
    return Producer(
        producer_id=event.producer_id,
        area=event.area,
        category=event.category,
        fund_id=event.fund_id,
        stage=Stage.APPLIED,
        since=event.on,
        makers=frozenset({event.recorder} - {""}),
    )


def returned(state: Producer, event: ApplicationReturned) -> Producer:
    """The producer after it: what the district said of an incomplete request is void."""
    return replace(
        state,
        stage=Stage.RETURNED,
        since=event.on,
        reasons=event.reasons,
        district=DistrictOpinion.NONE,
    )


def resubmitted(state: Producer, event: ApplicationResubmitted) -> Producer:
    """The producer after it."""
    return replace(state, stage=Stage.APPLIED, since=event.on, reasons=())
