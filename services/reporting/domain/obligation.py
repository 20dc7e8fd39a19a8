"""An obligation: a unit owes a report by a day; it is handed in, given back or accepted, level by level up its chain.

By hand and no table: whose step it is, whose areas count and where a step leads depend on the place in the chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from contracts.areas import AreaCode
from contracts.calendar import fiscal_year
from contracts.ids import stream_id
from contracts.reporting import (
    DeadlineMoved,
    DeadlineReason,
    ObligationScheduled,
    Period,
    ReportAccepted,
    ReportCode,
    ReportLevel,
    ReportReturned,
    ReportSubmitted,
    ReturnReason,
)
from services.chassis.decider import Decision, FiscalYear, Happened, Key, Refused, Stamped, aggregate_of
from services.chassis.lifecycle import Signed

_DIGITS = {ReportLevel.DISTRICT: 4, ReportLevel.PROVINCE: 2, ReportLevel.DEPARTMENT: 0}
LEVELS = tuple(ReportLevel)


class ObligationKey(Key):
    """รายงานที่ต้องส่ง · A report that is owed

    Known by the report, the unit that owes it, the fiscal year and the round.
    """

    report: ReportCode
    """รหัสรายงาน · code of the report"""
    area: AreaCode
    """หน่วยงาน (รหัสจังหวัดหรืออำเภอ) · unit (code of a province or district)"""
    fiscal_year: FiscalYear
    """ปีงบประมาณ · fiscal year"""
    period: Period = ""
    """รอบ (ถ้ามี) · round, if any"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return obligation_stream(self.report, self.area, self.fiscal_year, self.period)


class ScheduleReport(ObligationKey, Signed):
    """กำหนดรายงานที่หน่วยงานต้องส่ง · Schedule one report of a unit

    The unit owes it from that day; who receives it says so. Scheduled so already is a no-op.
    """

    on: Happened
    """ต้องส่งตั้งแต่วันที่ · owed from"""
    due_on: date | None
    """กำหนดส่ง (ว่างคือไม่ระบุวัน) · deadline (none where no date is printed)"""
    chain: tuple[ReportLevel, ...] = Field(min_length=2, max_length=3)
    """ลำดับการส่ง · who hands in to whom"""
    source: str = Field(default="", pattern=r"^[0-9A-Za-z ._-]{0,120}$")
    """แหล่งที่พิมพ์ไว้ · where it is printed"""
    outside_year: bool = False
    """กำหนดส่งอยู่นอกปีงบประมาณของรายงาน และถูกต้องแล้ว · the deadline lies outside the fiscal year, and is meant so"""

    def mistakes(self) -> Iterator[Refused]:
        """A report goes up from the unit that owes it, level by level."""
        first = LEVELS.index(self.chain[0])
        if self.chain != LEVELS[first : first + len(self.chain)]:
            yield WRONG_CHAIN
        elif len(self.area) != _DIGITS[self.chain[0]]:
            yield WRONG_UNIT


class MoveDeadline(Signed):
    """เลื่อนกำหนดส่ง · Move a deadline

    Another deadline is valid from that day; who receives the report says so.
    """

    on: Happened
    """มีผลตั้งแต่วันที่ · valid from"""
    due_on: date | None
    """กำหนดส่งใหม่ (ว่างคือไม่มีกำหนดอีก) · new deadline (none: no deadline any more)"""
    reason: DeadlineReason
    """เหตุผล · reason"""
    outside_year: bool = False
    """กำหนดส่งอยู่นอกปีงบประมาณของรายงาน และถูกต้องแล้ว · the deadline lies outside the fiscal year, and is meant so"""


class SubmitReport(Signed):
    """ส่งรายงาน · Hand a report in

    Nobody types a number: what the board showed as of that day is handed in, with the position vector of it.
    """

    on: Happened
    """วันที่ส่ง · handed in on"""
    figures: Annotated[Mapping[str, int], Stamped()] = Field(default={}, max_length=500)
    seen: Annotated[Mapping[str, Mapping[int, int]], Stamped()] = {}
    newest: Annotated[datetime | None, Stamped()] = None


class ReturnReport(Signed):
    """ส่งรายงานคืน · Give a report back

    To the level that handed it in: it is owed again.
    """

    on: Happened
    """วันที่ส่งคืน · given back on"""
    reason: ReturnReason
    """เหตุผล · reason"""


class AcceptReport(Signed):
    """รับรองรายงาน · Accept a report

    Another person than who handed it in.
    """

    on: Happened
    """วันที่รับรอง · accepted on"""


@dataclass(frozen=True, slots=True)
class Obligation:
    """What is owed and how far it has come. `step` is the place in the chain of whoever has it to hand in."""

    obligation_id: str = ""
    area: str = ""
    fiscal_year: int = 0
    chain: tuple[ReportLevel, ...] = ()
    first_due: date | None = None
    due_on: date | None = None
    moved_on: date = date.min
    step: int = 0
    submission: int = 0
    submitted_by: str = ""
    """Opaque; "" where nothing lies with the receiver."""
    last_on: date = date.min
    """The business date of the newest step; the next one is not before it."""

    @property
    def accepted(self) -> bool:
        """Whether it has come to the end of its chain."""
        return bool(self.chain) and self.step == len(self.chain) - 1

    @property
    def owner_area(self) -> str:
        """The area of the level that has to hand it in now ("" is the nation)."""
        return office(self.chain[self.step], self.area)

    @property
    def receiver(self) -> ReportLevel:
        """The level that receives it now, or that has accepted it at last."""
        return self.chain[min(self.step + 1, len(self.chain) - 1)]

    @property
    def receiver_area(self) -> str:
        """Its area."""
        return office(self.receiver, self.area)


def office(level: ReportLevel, area: str) -> str:
    """The area code of a level's office for this unit: 5101 → 51 for its province, "" for the department."""
    return area[: _DIGITS[level]]


def obligation_stream(report: str, area: str, fiscal_year: int, period: str = "") -> str:
    """Report, unit, fiscal year and period are the natural key: one report is owed once."""
    return stream_id("obligation", report, area, fiscal_year, period)


NOT_FOUND = Refused(
    "obligation-not-found", "ไม่พบรายงานที่ต้องส่งนี้", "There is no such obligation.", kind="missing"
)
WRONG_UNIT = Refused(
    "not-this-units-report", "รายงานนี้ไม่ใช่ของหน่วยงานระดับนี้", "Units of this level do not owe this report.",
    kind="invalid", field="area",
)  # fmt: skip
WRONG_CHAIN = Refused(
    "chain-not-upwards", "ลำดับการส่งรายงานต้องขึ้นจากอำเภอ สู่จังหวัด สู่กรม",
    "A report goes up: from the district to the province to the department.", kind="invalid", field="chain",
)  # fmt: skip
SCHEDULED = Refused(
    "obligation-scheduled",
    "รายงานนี้กำหนดไว้แล้วด้วยกำหนดส่งหรือลำดับการส่งอื่น ให้เลื่อนกำหนดส่งแทน",
    "This report is scheduled already with another deadline or chain; move its deadline instead.",
)
SUBMITTED = Refused(
    "report-with-the-receiver", "ส่งรายงานนี้แล้ว รอผู้รับตรวจ", "It was handed in; the receiver has it now."
)
ACCEPTED = Refused("report-accepted", "รายงานนี้ได้รับการรับรองแล้ว", "This report was accepted already.")
NOT_SUBMITTED = Refused(
    "report-not-submitted", "ยังไม่มีรายงานที่ส่งมาให้ตรวจ", "Nothing was handed in that could be judged."
)
SAME_PERSON = Refused(
    "second-person-needed", "ผู้ส่งรายงานรับรองรายงานของตนเองไม่ได้",
    "Who handed the report in cannot accept it; another person must.", kind="forbidden",
)  # fmt: skip
NOT_YOURS_TO_HAND_IN = Refused(
    "handing-level-needed", "ผู้ส่งรายงานนี้ต้องเป็นหน่วยงานที่ถึงลำดับส่ง",
    "The office whose turn it is hands this report in.", kind="forbidden",
)  # fmt: skip
NOT_YOURS_TO_RECEIVE = Refused(
    "receiving-level-needed", "เฉพาะหน่วยงานผู้รับรายงานเท่านั้นที่กำหนด เลื่อน ส่งคืน หรือรับรองได้",
    "Only the office that receives the report can schedule, move, return or accept it.", kind="forbidden",
)  # fmt: skip
OUTSIDE_YEAR = Refused(
    "deadline-outside-the-year", "กำหนดส่งนี้อยู่นอกปีงบประมาณของรายงาน หากถูกต้องแล้วให้ยืนยันว่าอยู่นอกปีงบประมาณ",
    "This deadline lies outside the report's fiscal year; say outside_year where it is meant so.",
    kind="invalid", field="outside_year",
)  # fmt: skip
OUT_OF_ORDER = Refused(
    "before-the-step-before", "วันที่นี้มาก่อนขั้นตอนก่อนหน้า", "This day is before the day of the step before.",
    kind="invalid", field="on",
)  # fmt: skip


def schedule(command: ScheduleReport, state: Obligation) -> Decision:
    """Once; the same plan once more does not undo a deadline that was moved."""
    if state.area:
        same = (state.first_due, state.chain) == (command.due_on, command.chain)
        return [] if same else SCHEDULED
    if not command.by.reaches(office(command.chain[1], command.area)):
        return NOT_YOURS_TO_RECEIVE
    if _strays(command, command.fiscal_year):
        return OUTSIDE_YEAR
    told = command.model_dump(exclude={"by", "outside_year"})
    return [ObligationScheduled(**told, obligation_id=command.stream)]


def _strays(command: ScheduleReport | MoveDeadline, year: int) -> bool:
    """Whether it sets a deadline outside the fiscal year without saying so."""
    return command.due_on is not None and not command.outside_year and fiscal_year(command.due_on) != year


def move(command: MoveDeadline, state: Obligation) -> Decision:
    """The deadline has days of its own: a report may be handed in before one that was announced earlier."""
    if not command.by.reaches(state.receiver_area):
        return NOT_YOURS_TO_RECEIVE
    if command.due_on == state.due_on:
        return []
    if state.accepted:
        return ACCEPTED
    if command.on < state.moved_on:
        return OUT_OF_ORDER
    if _strays(command, state.fiscal_year):
        return OUTSIDE_YEAR
    return [
        DeadlineMoved(
            **_which(command, state), before=state.due_on, after=command.due_on, reason=command.reason
        )
    ]


def submit(command: SubmitReport, state: Obligation) -> Decision:
    """By the level whose turn it is."""
    if not command.by.reaches(state.owner_area):
        return NOT_YOURS_TO_HAND_IN
    if (wrong := _out_of_turn(command, state)) is not None:
        return wrong
    if state.submitted_by:
        return SUBMITTED
    told = command.model_dump(include={"figures", "seen", "newest"})
    level, submission = state.chain[state.step], state.submission + 1
    return [
        ReportSubmitted(
            **_which(command, state), level=level, submission=submission, submitter=command.by.id, **told
        )
    ]


def give_back(command: ReturnReport, state: Obligation) -> Decision:
    """By the level that receives it."""
    if (wrong := _not_to_judge(command, state)) is not None:
        return wrong
    return [ReportReturned(**_of_submission(command, state), reason=command.reason)]


def accept(command: AcceptReport, state: Obligation) -> Decision:
    """By the level that receives it, and a second person."""
    if (wrong := _not_to_judge(command, state)) is not None:
        return wrong
    if command.by.id == state.submitted_by:
        return SAME_PERSON
    return [ReportAccepted(**_of_submission(command, state))]


def _not_to_judge(command: ReturnReport | AcceptReport, state: Obligation) -> Refused | None:
    if not command.by.reaches(state.receiver_area):
        return NOT_YOURS_TO_RECEIVE
    if (wrong := _out_of_turn(command, state)) is not None:
        return wrong
    return None if state.submitted_by else NOT_SUBMITTED


def _of_submission(command: ReturnReport | AcceptReport, state: Obligation) -> Mapping[str, Any]:
    return {**_which(command, state), "level": state.receiver, "submission": state.submission}


def _out_of_turn(command: Signed, state: Obligation) -> Refused | None:
    return ACCEPTED if state.accepted else OUT_OF_ORDER if command.on < state.last_on else None


def _which(command: Signed, state: Obligation) -> Mapping[str, object]:
    return {"area": state.area, "on": command.on, "obligation_id": state.obligation_id}


def scheduled(_: Obligation, event: ObligationScheduled) -> Obligation:
    """It is owed."""
    return Obligation(
        obligation_id=event.obligation_id,
        area=event.area,
        fiscal_year=event.fiscal_year,
        chain=event.chain,
        first_due=event.due_on,
        due_on=event.due_on,
        moved_on=event.on,
        last_on=event.on,
    )


def moved(state: Obligation, event: DeadlineMoved) -> Obligation:
    """Another deadline."""
    return replace(state, due_on=event.after, moved_on=event.on)


def submitted(state: Obligation, event: ReportSubmitted) -> Obligation:
    """It lies with the receiver."""
    return replace(state, submission=event.submission, submitted_by=event.submitter, last_on=event.on)


def returned(state: Obligation, event: ReportReturned) -> Obligation:
    """It is owed again."""
    return replace(state, submitted_by="", last_on=event.on)


def accepted(state: Obligation, event: ReportAccepted) -> Obligation:
    """It is the next level's turn, where there is one."""
    return replace(state, step=state.step + 1, submitted_by="", last_on=event.on)


OBLIGATION = aggregate_of(
    "obligation",
    Obligation(),
    absent=NOT_FOUND,
    area=lambda obligation: obligation.area,
    decides=(schedule, move, submit, give_back, accept),
    evolves=(scheduled, moved, submitted, returned, accepted),
)
