"""A fund in the Mobile Clinic: selected, the workshop, a plan, two follow-ups of which the second assesses (C_funds.md C1,
seed 003 L3319-3457). Its stream is the fund's, for all years: so it knows by itself whether it comes too soon again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pydantic import Field

from contracts.areas import AreaCode
from contracts.calendar import fiscal_year
from contracts.codes import Code
from contracts.funds import ClinicStage as At
from contracts.funds import (
    EarlierClinicListed,
    FundDevelopmentPlanMade,
    FundFailedMobileClinic,
    FundFollowUpDone,
    FundKind,
    FundLevel,
    FundPassedMobileClinic,
    FundSelectedForMobileClinic,
    MobileClinicHeld,
)
from contracts.ids import StreamId, stream_id
from contracts.members import FiscalYear
from services.chassis.decider import Decision
from services.chassis.lifecycle import (
    DISTRICT,
    NEW,
    PROVINCE,
    Progress,
    Say,
    Signed,
    lifecycle,
    refuses,
    step,
)


class ListEarlierClinic(Signed):
    """Enter that the fund stood in the list of an earlier fiscal year."""

    case_id: StreamId
    fund_id: StreamId
    kind: FundKind
    area: AreaCode
    listed_year: FiscalYear


class SelectForClinic(Signed):
    """Select the fund for the fiscal year of `on` (steps 3 and 4)."""

    case_id: StreamId
    fund_id: StreamId
    kind: FundKind
    area: AreaCode


class HoldClinic(Signed):
    """The workshop was held (step 7)."""

    committee_present: int = Field(ge=0)
    people_present: int = Field(ge=0)
    cost_satang: int = Field(ge=0)


class MakeClinicPlan(Signed):
    """The plan for what the fund had not passed (7.1 2)."""

    indicators: tuple[Code, ...]
    due_on: date


class FollowUpClinic(Signed):
    """The team's first visit (step 8)."""

    team: Code


class AssessClinic(Signed):
    """The team's second visit: the assessment. Which level passes is the form's, it is not printed."""

    level: FundLevel
    form_version: Code
    passed: bool
    failed: tuple[Code, ...]
    team: Code


@dataclass(frozen=True, slots=True)
class Clinic(Progress):
    """A fund's Mobile Clinic of one fiscal year, and the years in which there was one."""

    case_id: str = ""
    fund_id: str = ""
    kind: FundKind = FundKind.OTHER
    fiscal_year: int = 0
    years: frozenset[int] = frozenset()
    committee_present: int = 0
    people_present: int = 0
    indicators: tuple[str, ...] = ()
    level: FundLevel | None = None
    failed: tuple[str, ...] = ()


def clinic_stream(fund_id: str) -> str:
    """One a fund."""
    return stream_id("mobile-clinic", fund_id)


COMMITTEE, PEOPLE = 5, 25
COST_SATANG = 640_000


class _OfAKind(Protocol):
    @property
    def kind(self) -> FundKind: ...


@refuses(
    "clinic-for-two-kinds", "Mobile Clinic จัดให้เฉพาะกองทุน กข.คจ. และกลุ่มออมทรัพย์เพื่อการผลิต",
    "The Mobile Clinic is for poverty funds and savings groups.", kind="invalid", rule="003 L3331",
)  # fmt: skip
def other_kind(command: _OfAKind, _: Clinic) -> bool:
    """003 L3331: กข.คจ. จำนวน 4,000 กองทุน และกลุ่มออมทรัพย์เพื่อการผลิต จำนวน 2,000 กลุ่ม."""
    return command.kind not in (FundKind.POVERTY, FundKind.SAVINGS)


@refuses(
    "clinic-too-soon-again", "กองทุนนี้อยู่ในรายชื่อของสองปีงบประมาณก่อนหน้า จึงคัดเลือกซ้ำไม่ได้",
    "This fund was in the list of one of the two fiscal years before.", rule="003 L3334",
)  # fmt: skip
def too_soon(command: SelectForClinic, clinic: Clinic) -> bool:
    """003 L3334: ไม่ซ้ำกับกองทุนชุมชนตามหลักธรรมาภิบาล ประจำปีงบประมาณ พ.ศ. 2563 – 2564."""
    year = fiscal_year(command.on)
    return bool({year - 1, year - 2} & clinic.years)


@refuses(
    "clinic-selected",
    "กองทุนนี้ได้รับคัดเลือกในปีงบประมาณนี้แล้ว",
    "This fund is selected for this fiscal year already.",
)
def selected_already(command: SelectForClinic, clinic: Clinic) -> bool:
    """One a fund and fiscal year."""
    return fiscal_year(command.on) in clinic.years


@refuses("not-an-earlier-year", "ไม่ใช่ปีงบประมาณก่อนหน้า", "This is not an earlier fiscal year.", kind="invalid")
def not_earlier(command: ListEarlierClinic, _: Clinic) -> bool:
    """Ours."""
    return command.listed_year >= fiscal_year(command.on)


@refuses(
    "too-many-people", "ผู้เข้าร่วมเกินเป้าหมาย กรรมการ ๕ คน ประชาชน ๒๕ คน", "There are places for 5 of the committee and 25 people.",
    kind="invalid", rule="003 L3368",
)  # fmt: skip
def too_many(command: HoldClinic, _: Clinic) -> bool:
    """003 L3368: เป้าหมายรวม 30 คน ประกอบด้วย… 5 คน… 25 คน. Fewer is told (`complete`), not refused."""
    return command.committee_present > COMMITTEE or command.people_present > PEOPLE


@refuses(
    "over-budget", "เกินงบประมาณ ๖,๔๐๐ บาทต่อกองทุน", "A fund has 6,400 baht.", kind="invalid", rule="003 L3448"
)
def over_budget(command: HoldClinic, _: Clinic) -> bool:
    """จำนวน 6,000 กองทุน ๆ ละ 6,400 บาท."""
    return command.cost_satang > COST_SATANG


@refuses(
    "no-indicator",
    "ต้องระบุตัวชี้วัดที่ไม่ผ่านอย่างน้อยหนึ่งข้อ",
    "Name at least one indicator.",
    kind="invalid",
    rule="003 L3396",
)
def no_indicator(command: MakeClinicPlan, _: Clinic) -> bool:
    """003 L3396: จัดทำแผนการพัฒนาตัวชี้วัดที่ไม่ผ่านเกณฑ์."""
    return not command.indicators


def hold(command: HoldClinic, _: Clinic, say: Say) -> Decision:
    """5 + 25; who was missing is told."""
    full = (command.committee_present, command.people_present) == (COMMITTEE, PEOPLE)
    return [say(MobileClinicHeld, complete=full)]


def assess(command: AssessClinic, clinic: Clinic, say: Say) -> Decision:
    """003 L3428: ประเมินศักยภาพกองทุนชุมชนตามหลักธรรมาภิบาล… ภายในเดือนพฤษภาคม 2565. What is late is told, not refused."""
    in_time = command.on <= date(clinic.fiscal_year - 543, 5, 31)
    return [say(FundPassedMobileClinic if command.passed else FundFailedMobileClinic, in_time=in_time)]


def with_this(clinic: Clinic, event: FundSelectedForMobileClinic) -> frozenset[int]:
    """It begins anew, and the years before are not forgotten."""
    return clinic.years | {event.fiscal_year}


def with_earlier(clinic: Clinic, event: EarlierClinicListed) -> frozenset[int]:
    """A year more; where the fund stands this year is another matter."""
    return clinic.years | {event.listed_year}


MOBILE_CLINIC = lifecycle(
    "mobile-clinic",
    called=("กองทุนในโครงการ Mobile Clinic", "fund in the Mobile Clinic"),
    initial=Clinic(),
    stages=At,
    steps=(
        step(
            ListEarlierClinic, EarlierClinicListed, (NEW, *At), PROVINCE, unless=(other_kind, not_earlier), again=True,
            source="003 L3334",
        ),
        step(
            SelectForClinic, FundSelectedForMobileClinic, (NEW, *At), PROVINCE,
            unless=(other_kind, selected_already, too_soon), source="003 L3336",
        ),
        step(
            HoldClinic, MobileClinicHeld, At.SELECTED, DISTRICT, unless=(too_many, over_budget),
            tell=hold, source="003 L3368",
        ),
        step(MakeClinicPlan, FundDevelopmentPlanMade, At.HELD, DISTRICT, unless=(no_indicator,), source="003 L3396"),
        step(FollowUpClinic, FundFollowUpDone, (At.HELD, At.PLANNED), DISTRICT, source="003 L3420"),
        step(
            AssessClinic, (FundPassedMobileClinic, FundFailedMobileClinic), (At.HELD, At.PLANNED, At.FOLLOWED_UP),
            DISTRICT, tell=assess, source="003 L3428",
        ),
    ),
    also={FundSelectedForMobileClinic: {"years": with_this}, EarlierClinicListed: {"years": with_earlier}},
)  # fmt: skip
