"""An obligation: a unit owes a report by a day; it is handed in, given back or accepted, level by level up its chain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, assert_never

from pydantic import Field

from contracts.areas import AreaCode
from contracts.calendar import fiscal_year
from contracts.ids import stream_id
from contracts.members import FiscalYear
from contracts.reporting import (
    DeadlineMoved,
    DeadlineReason,
    ObligationId,
    ObligationScheduled,
    Period,
    ReportAccepted,
    ReportCode,
    ReportLevel,
    ReportReturned,
    ReportSubmitted,
    ReturnReason,
)
from services.chassis.decider import Actor, Aggregate, Command, Decision, Refused

_DIGITS = {ReportLevel.DISTRICT: 4, ReportLevel.PROVINCE: 2, ReportLevel.DEPARTMENT: 0}
LEVELS = tuple(ReportLevel)


class OfficeCommand(Command):
    """`by` is who does it: which office may do what is decided with the obligation at hand."""

    stamped: ClassVar[frozenset[str]] = frozenset({"by"})

    by: Actor
    on: date


class ScheduleReport(OfficeCommand):
    """The unit of `area` owes a report from `on`; who receives it says so. Scheduled so already is a no-op."""

    obligation_id: ObligationId
    report: ReportCode
    area: AreaCode
    fiscal_year: FiscalYear
    period: Period = ""
    due_on: date | None
    chain: tuple[ReportLevel, ...] = Field(min_length=2, max_length=3)
    source: str = Field(default="", max_length=120)
    outside_year: bool = False
    """Said by whoever schedules: yes, the deadline lies outside the fiscal year."""


class MoveDeadline(OfficeCommand):
    """Another deadline is valid from `on`; who receives the report says so."""

    due_on: date | None
    reason: DeadlineReason
    outside_year: bool = False
    """As of `ScheduleReport`."""


class SubmitReport(OfficeCommand):
    """Hand it in, with what the board showed as of `on` and the position vector of that."""

    stamped: ClassVar[frozenset[str]] = frozenset({"by", "figures", "seen", "newest"})

    figures: dict[str, int] = Field(max_length=500)
    seen: dict[str, dict[int, int]]
    newest: datetime | None


class ReturnReport(OfficeCommand):
    """Give it back to the level that handed it in."""

    reason: ReturnReason


class AcceptReport(OfficeCommand):
    """Accept it; another person than who handed it in."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """What is owed and how far it has come. `step` is the place in the chain of whoever has it to hand in."""

    area: str = ""
    report: str = ""
    fiscal_year: int = 0
    period: str = ""
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
    def receiver_area(self) -> str:
        """The area of the level that receives it now, or that has accepted it at last."""
        return office(self.chain[min(self.step + 1, len(self.chain) - 1)], self.area)


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
    "not-this-units-report",
    "รายงานนี้ไม่ใช่ของหน่วยงานระดับนี้",
    "Units of this level do not owe this report.",
    kind="invalid",
)
WRONG_CHAIN = Refused(
    "chain-not-upwards",
    "ลำดับการส่งรายงานต้องขึ้นจากอำเภอ สู่จังหวัด สู่กรม",
    "A report goes up: from the district to the province to the department.",
    kind="invalid",
)
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
    "second-person-needed",
    "ผู้ส่งรายงานรับรองรายงานของตนเองไม่ได้",
    "Who handed the report in cannot accept it; another person must.",
    kind="forbidden",
)
NOT_YOURS_TO_HAND_IN = Refused(
    "handing-level-needed",
    "ผู้ส่งรายงานนี้ต้องเป็นหน่วยงานที่ถึงลำดับส่ง",
    "The office whose turn it is hands this report in.",
    kind="forbidden",
)
NOT_YOURS_TO_RECEIVE = Refused(
    "receiving-level-needed",
    "เฉพาะหน่วยงานผู้รับรายงานเท่านั้นที่กำหนด เลื่อน ส่งคืน หรือรับรองได้",
    "Only the office that receives the report can schedule, move, return or accept it.",
    kind="forbidden",
)
OUTSIDE_YEAR = Refused(
    "deadline-outside-the-year",
    "กำหนดส่งนี้อยู่นอกปีงบประมาณของรายงาน หากถูกต้องแล้วให้ยืนยันว่าอยู่นอกปีงบประมาณ",
    "This deadline lies outside the report's fiscal year; say outside_year where it is meant so.",
    kind="invalid",
)
OUT_OF_ORDER = Refused(
    "before-the-step-before",
    "วันที่นี้มาก่อนขั้นตอนก่อนหน้า",
    "This day is before the day of the step before.",
    kind="invalid",
)


def decide(
    command: ScheduleReport | MoveDeadline | SubmitReport | ReturnReport | AcceptReport, state: Obligation
) -> Decision:
    """See each command."""
    if isinstance(command, ScheduleReport):
        return _schedule(command, state)
    if not state.area:
        return NOT_FOUND
    reached = state.owner_area if isinstance(command, SubmitReport) else state.receiver_area
    if not command.by.reaches(reached):
        return NOT_YOURS_TO_HAND_IN if isinstance(command, SubmitReport) else NOT_YOURS_TO_RECEIVE
    said = {"area": state.area, "on": command.on, "obligation_id": _id(state)}
    if isinstance(command, MoveDeadline):
        if command.due_on == state.due_on:
            return []
        if state.accepted:
            return ACCEPTED
        if command.on < state.moved_on:
            return OUT_OF_ORDER
        if _strays(command, state.fiscal_year):
            return OUTSIDE_YEAR
        return [DeadlineMoved(**said, before=state.due_on, after=command.due_on, reason=command.reason)]
    if state.accepted:
        return ACCEPTED
    if command.on < state.last_on:
        return OUT_OF_ORDER
    if isinstance(command, SubmitReport):
        if state.submitted_by:
            return SUBMITTED
        told = command.model_dump(include={"figures", "seen", "newest"})
        level, submission = state.chain[state.step], state.submission + 1
        return [ReportSubmitted(**said, level=level, submission=submission, submitter=command.by.id, **told)]
    if not state.submitted_by:
        return NOT_SUBMITTED
    receiver = state.chain[state.step + 1]
    match command:
        case ReturnReport():
            return [
                ReportReturned(**said, level=receiver, submission=state.submission, reason=command.reason)
            ]
        case AcceptReport():
            if command.by.id == state.submitted_by:
                return SAME_PERSON
            return [ReportAccepted(**said, level=receiver, submission=state.submission)]
        case _:
            assert_never(command)


def _schedule(command: ScheduleReport, state: Obligation) -> Decision:
    if state.area:
        same = (state.first_due, state.chain) == (command.due_on, command.chain)
        return [] if same else SCHEDULED
    steps = [LEVELS.index(level) for level in command.chain]
    if steps != list(range(steps[0], steps[0] + len(steps))):
        return WRONG_CHAIN
    if len(command.area) != _DIGITS[command.chain[0]]:
        return WRONG_UNIT
    if not command.by.reaches(office(command.chain[1], command.area)):
        return NOT_YOURS_TO_RECEIVE
    if _strays(command, command.fiscal_year):
        return OUTSIDE_YEAR
    return [ObligationScheduled.model_validate(command.model_dump(exclude={"outside_year"}))]


def _strays(command: ScheduleReport | MoveDeadline, year: int) -> bool:
    """Whether it sets a deadline outside the fiscal year without saying so."""
    return command.due_on is not None and not command.outside_year and fiscal_year(command.due_on) != year


def _id(state: Obligation) -> str:
    return obligation_stream(state.report, state.area, state.fiscal_year, state.period)


def evolve(
    state: Obligation,
    event: ObligationScheduled | DeadlineMoved | ReportSubmitted | ReportReturned | ReportAccepted,
) -> Obligation:
    """The obligation after the event."""
    match event:
        case ObligationScheduled():
            return Obligation(
                area=event.area,
                report=event.report,
                fiscal_year=event.fiscal_year,
                period=event.period,
                chain=event.chain,
                first_due=event.due_on,
                due_on=event.due_on,
                moved_on=event.on,
                last_on=event.on,
            )
        case DeadlineMoved():
            return replace(state, due_on=event.after, moved_on=event.on)
        case ReportSubmitted():
            return replace(state, submission=event.submission, submitted_by=event.submitter, last_on=event.on)
        case ReportReturned():
            return replace(state, submitted_by="", last_on=event.on)
        case ReportAccepted():
            return replace(state, step=state.step + 1, submitted_by="", last_on=event.on)
        case _:
            assert_never(event)


OBLIGATION = Aggregate(
    name="obligation",
    initial=Obligation(),
    decide=decide,
    evolve=evolve,
    events=frozenset({ObligationScheduled, DeadlineMoved, ReportSubmitted, ReportReturned, ReportAccepted}),
    area=lambda obligation: obligation.area,
)
