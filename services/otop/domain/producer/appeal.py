"""The appeal to the Governor within 5 working days of being told, and what becomes of it (seed 003 L6308)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from contracts.calendar import Holidays, UnknownYear, working_days_after
from contracts.holidays import PUBLIC
from contracts.otop import AppealDismissed, AppealFiled, AppealUpheld
from services.chassis.decider import Actor, Code, Command, Decision, Happened, Refused
from services.otop.domain.producer.decision import certified_by
from services.otop.domain.producer.state import REASONS_NEEDED, TOO_EARLY, Producer, Reasons, Stage, not_for

WORKING_DAYS = 5
"""Counted from the day after the producer was told."""


class FileAppeal(Command):
    """ผู้ผลิตยื่นอุทธรณ์ · The producer appeals to the Governor"""

    on: Happened
    """วันที่ยื่นอุทธรณ์ · appealed on"""
    by: Actor


class UpholdAppeal(Command):
    """ผู้ว่าราชการจังหวัดให้ตามอุทธรณ์ · The Governor upholds the appeal

    The producer is registered.
    """

    on: Happened
    """วันที่วินิจฉัย · decided on"""
    registration_number: Code
    """เลขทะเบียน · registration number"""
    announced_on: Happened
    """วันที่ประกาศ · announced on"""
    by: Actor


class DismissAppeal(Command):
    """ผู้ว่าราชการจังหวัดยกอุทธรณ์ · The Governor dismisses the appeal

    The refusal stands.
    """

    on: Happened
    """วันที่วินิจฉัย · decided on"""
    reasons: Reasons
    """รหัสเหตุผล · codes of the reasons"""
    by: Actor

    def mistakes(self) -> Iterator[Refused]:
        """Never without reasons."""
        if not self.reasons:
            yield REASONS_NEEDED


NOT_REFUSED = Refused(
    "nothing-to-appeal", "ไม่มีผลการไม่รับขึ้นทะเบียนให้อุทธรณ์", "There is no refusal to appeal against."
)
NO_APPEAL = Refused("no-appeal", "ไม่มีอุทธรณ์ที่รอพิจารณา", "No appeal waits for a decision.")
LATE = Refused(
    "appeal-late",
    "พ้นกำหนดอุทธรณ์ ๕ วันทำการนับแต่วันที่ได้รับแจ้งผล",
    "The 5 working days for an appeal from the day of being notified are over.",
    rule="003 L6308",
)
NO_CALENDAR = Refused(
    "holidays-unknown",
    "ยังไม่มีปฏิทินวันหยุดราชการของปีนี้ในระบบ จึงนับวันทำการไม่ได้",
    "The public holidays of that year are not in the system, so working days cannot be counted.",
)


def last_day_of_appeal(notified_on: date, holidays: Holidays = PUBLIC) -> date:
    """The last day of the window. Raises UnknownYear."""
    return working_days_after(notified_on, WORKING_DAYS, holidays)


def file(command: FileAppeal, state: Producer) -> Decision:
    """Once, in time; a year without known holidays is said to be one, never guessed."""
    if state.stage is not Stage.REFUSED or state.notified_on is None:
        return NOT_REFUSED
    if command.on < state.notified_on:
        return TOO_EARLY
    try:
        last_day = last_day_of_appeal(state.notified_on)
    except UnknownYear:
        return NO_CALENDAR
    if command.on > last_day:
        return LATE
    return [
        AppealFiled(
            **state.said(command.on),
            notified_on=state.notified_on,
            last_day=last_day,
            recorder=command.by.id,
        )
    ]


def uphold(command: UpholdAppeal, state: Producer) -> Decision:
    """Recorded by somebody of the province who neither refused nor recorded anything before it."""
    if state.stage is not Stage.APPEALED:
        return NO_APPEAL
    if (no := not_for(command.by, state)) is not None:
        return no
    if not state.since <= command.on <= command.announced_on:
        return TOO_EARLY
    number, announced_on = command.registration_number, command.announced_on
    certified = certified_by(command.on, number, announced_on, state, on_appeal=True)
    return [AppealUpheld(**state.said(command.on)), certified]


def dismiss(command: DismissAppeal, state: Producer) -> Decision:
    """As for upholding."""
    if state.stage is not Stage.APPEALED:
        return NO_APPEAL
    if (no := not_for(command.by, state)) is not None:
        return no
    if command.on < state.since:
        return TOO_EARLY
    return [
        AppealDismissed(
            **state.said(command.on),
            reasons=command.reasons,
        )
    ]


def filed(state: Producer, event: AppealFiled) -> Producer:
    """The producer after it."""
    return replace(state, stage=Stage.APPEALED, since=event.on, makers=state.makers | {event.recorder})


def upheld(producer: Producer, _: AppealUpheld) -> Producer:
    """The producer as it was: the certification beside it says the rest."""
    return producer


def dismissed(state: Producer, event: AppealDismissed) -> Producer:
    """The producer after it."""
    return replace(state, stage=Stage.DISMISSED, since=event.on, reasons=event.reasons)
