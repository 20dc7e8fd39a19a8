"""The application: it comes, goes back where it is incomplete, and comes again (F_part4b_kpi.md §6.1 steps 3 and 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import StringConstraints

from contracts.ids import id_pattern
from contracts.otop import (
    ApplicationChannel,
    ApplicationResubmitted,
    ApplicationReturned,
    DistrictOpinion,
    ProducerApplied,
    ProducerCategory,
)
from services.chassis.decider import Actor, Command, Decision, Happened, Refused
from services.otop.domain.producer.state import (
    REASONS_NEEDED,
    TOO_EARLY,
    Producer,
    ProducerKey,
    Reasons,
    Stage,
)

FundId = Annotated[str, StringConstraints(pattern=id_pattern("fund"))]


class ApplyAsProducer(ProducerKey, Command):
    """ผู้ผลิตยื่นคำร้องขอขึ้นทะเบียน · A producer applies

    Ask to be registered, at the district office of the producer's location or online. A group may name its fund.
    """

    category: ProducerCategory
    """ประเภทผู้ผลิต · category"""
    channel: ApplicationChannel
    """ช่องทางที่ยื่น · channel"""
    fund_id: FundId | None = None
    """กองทุนที่กลุ่มสังกัด (ถ้ามี) · fund that the group belongs to, if any"""
    on: Happened
    """วันที่ยื่นคำร้อง · applied on"""
    by: Actor

    def mistakes(self) -> Iterator[Refused]:
        """A producer is somewhere, and only a group is a fund's."""
        if len(self.area) < 6:
            yield NEEDS_A_TAMBON
        if self.fund_id is not None and self.category is not ProducerCategory.GROUP:
            yield ONLY_A_GROUP


class ReturnApplication(Command):
    """คืนคำร้องที่ไม่ครบถ้วน · Return an incomplete request

    Give an incomplete or incorrect request back (step 4.1; that it goes back is derived).
    """

    on: Happened
    """วันที่คืนคำร้อง · returned on"""
    reasons: Reasons
    """รหัสเหตุผล · codes of the reasons"""

    def mistakes(self) -> Iterator[Refused]:
        """Never without reasons."""
        if not self.reasons:
            yield REASONS_NEEDED


class ResubmitApplication(Command):
    """ยื่นคำร้องที่แก้ไขแล้ว · A returned request comes again

    The producer brings it again, completed.
    """

    on: Happened
    """วันที่ยื่นใหม่ · resubmitted on"""


NEEDS_A_TAMBON = Refused(
    "producer-needs-a-tambon",
    "ต้องระบุที่ตั้งของผู้ผลิตอย่างน้อยระดับตำบล",
    "The producer's location is needed, at least the tambon.",
    kind="invalid",
    field="area",
)
ONLY_A_GROUP = Refused(
    "fund-of-a-group-only",
    "เฉพาะกลุ่มผู้ผลิตชุมชนเท่านั้นที่ระบุกองทุนได้",
    "Only a producer group can name a fund that it belongs to.",
    kind="invalid",
    field="fund_id",
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
    if state.producer_id:
        return APPLIED
    return [
        ProducerApplied(
            area=command.area,
            on=command.on,
            producer_id=command.stream,
            category=command.category,
            channel=command.channel,
            fund_id=command.fund_id,
            recorder=command.by.id,
        )
    ]


def give_back(command: ReturnApplication, state: Producer) -> Decision:
    """Only while it is checked, and with what is wrong; returned already for the same is a no-op."""
    if state.stage is Stage.RETURNED and (state.since, state.reasons) == (command.on, command.reasons):
        return []
    if state.stage is not Stage.APPLIED:
        return NOT_UNDER_CHECK
    if command.on < state.since:
        return TOO_EARLY
    return [
        ApplicationReturned(
            **state.said(command.on),
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
    return [ApplicationResubmitted(**state.said(command.on))]


def applied(_: Producer, event: ProducerApplied) -> Producer:
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
