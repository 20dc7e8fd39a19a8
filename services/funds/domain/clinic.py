"""A fund in the Mobile Clinic: selected, the workshop, a plan, two follow-ups of which the second assesses (C_funds.md C1,
seed 003 L3319-3457). Its stream is the fund's, for all years: so it knows by itself whether it comes too soon again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pydantic import Field

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
from contracts.ids import stream_id
from contracts.money import Satang
from services.chassis.decider import Decision, FiscalYear, Happened, Refused
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
from services.funds.domain.fund.state import FundKey


def clinic_stream(fund_id: str) -> str:
    """One a fund."""
    return stream_id("mobile-clinic", fund_id)


class ClinicKey(FundKey):
    """กองทุนในโครงการ Mobile Clinic · A fund in the Mobile Clinic

    Known as the fund is.
    """

    @property
    def fund_id(self) -> str:
        """The fund's stream."""
        return super().stream

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return clinic_stream(self.fund_id)

    def mistakes(self) -> Iterator[Refused]:
        """003 L3331: กข.คจ. จำนวน 4,000 กองทุน และกลุ่มออมทรัพย์เพื่อการผลิต จำนวน 2,000 กลุ่ม."""
        if self.kind not in (FundKind.POVERTY, FundKind.SAVINGS):
            yield OTHER_KIND


class ListEarlierClinic(ClinicKey, Signed):
    """บันทึกรายชื่อกองทุนของปีก่อน · List a fund of an earlier year

    The fund stood in the list of an earlier fiscal year.
    """

    listed_year: FiscalYear
    """อยู่ในรายชื่อของปีงบประมาณ · fiscal year of the list"""

    def mistakes(self) -> Iterator[Refused]:
        """Ours."""
        yield from super().mistakes()
        if self.listed_year >= fiscal_year(self.on):
            yield NOT_EARLIER


class SelectForClinic(ClinicKey, Signed):
    """คัดเลือกกองทุนเข้าโครงการ · Select a fund for the Mobile Clinic

    For the fiscal year of that day (steps 3 and 4).
    """

    on: Happened
    """วันที่คัดเลือก · selected on"""


class HoldClinic(Signed):
    """จัดประชุมเชิงปฏิบัติการ · Hold the workshop (step 7)"""

    on: Happened
    """วันที่จัดประชุม · held on"""
    committee_present: int = Field(ge=0)
    """กรรมการกองทุนที่เข้าร่วม (จาก ๕ คน) · committee members present (of 5)"""
    people_present: int = Field(ge=0)
    """ประชาชนที่เข้าร่วม (จาก ๒๕ คน) · people present (of 25)"""
    cost_satang: Satang
    """ค่าใช้จ่าย · cost"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L3368: เป้าหมายรวม 30 คน ประกอบด้วย… 5 คน… 25 คน; จำนวน 6,000 กองทุน ๆ ละ 6,400 บาท. Fewer is told, not refused."""
        if self.committee_present > COMMITTEE:
            yield TOO_MANY
        if self.people_present > PEOPLE:
            yield replace(TOO_MANY, field="people_present")
        if self.cost_satang > COST_SATANG:
            yield OVER_BUDGET


class MakeClinicPlan(Signed):
    """จัดทำแผนพัฒนาตัวชี้วัดที่ไม่ผ่าน · Make a plan for what was not passed (7.1 2)"""

    on: Happened
    """วันที่จัดทำแผน · made on"""
    indicators: tuple[Code, ...]
    """ตัวชี้วัดที่ไม่ผ่าน · indicators that were not passed"""
    due_on: date
    """ดำเนินการให้แล้วเสร็จภายใน · to be carried out by"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L3396: จัดทำแผนการพัฒนาตัวชี้วัดที่ไม่ผ่านเกณฑ์."""
        if not self.indicators:
            yield NO_INDICATOR


class FollowUpClinic(Signed):
    """ติดตามครั้งที่ ๑ · First follow-up by the Move for Fund Team (step 8)"""

    on: Happened
    """วันที่ติดตาม · day of the visit"""
    team: Code
    """รหัสทีม Move for Fund · code of the Move for Fund Team"""


class AssessClinic(Signed):
    """ติดตามครั้งที่ ๒ และประเมินศักยภาพ · Second follow-up: the assessment

    Which level passes is the form's; it is not printed.
    """

    on: Happened
    """วันที่ประเมิน · assessed on"""
    level: FundLevel
    """ระดับ · level"""
    form_version: Code
    """รหัสรุ่นของแบบประเมิน · code of the form's version"""
    passed: bool
    """ผ่านการประเมิน · passed"""
    failed: tuple[Code, ...]
    """ตัวชี้วัดที่ไม่ผ่าน · indicators that failed"""
    team: Code
    """รหัสทีม Move for Fund · code of the Move for Fund Team"""


COMMITTEE, PEOPLE = 5, 25
COST_SATANG = 640_000
OTHER_KIND = Refused(
    "clinic-for-two-kinds", "Mobile Clinic จัดให้เฉพาะกองทุน กข.คจ. และกลุ่มออมทรัพย์เพื่อการผลิต",
    "The Mobile Clinic is for poverty funds and savings groups.", kind="invalid", rule="003 L3331", field="kind",
)  # fmt: skip
NOT_EARLIER = Refused(
    "not-an-earlier-year",
    "ไม่ใช่ปีงบประมาณก่อนหน้า",
    "This is not an earlier fiscal year.",
    kind="invalid",
    field="listed_year",
)
TOO_MANY = Refused(
    "too-many-people", "ผู้เข้าร่วมเกินเป้าหมาย กรรมการ ๕ คน ประชาชน ๒๕ คน", "There are places for 5 of the committee and 25 people.",
    kind="invalid", rule="003 L3368", field="committee_present",
)  # fmt: skip
OVER_BUDGET = Refused(
    "over-budget", "เกินงบประมาณ ๖,๔๐๐ บาทต่อกองทุน", "A fund has 6,400 baht.", kind="invalid", rule="003 L3448", field="cost_satang"
)  # fmt: skip
NO_INDICATOR = Refused(
    "no-indicator", "ต้องระบุตัวชี้วัดที่ไม่ผ่านอย่างน้อยหนึ่งข้อ", "Name at least one indicator.",
    kind="invalid", rule="003 L3396", field="indicators",
)  # fmt: skip


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
            SelectForClinic, FundSelectedForMobileClinic, (NEW, *At), PROVINCE,
            unless=(selected_already, too_soon), source="003 L3336",
        ),
        step(ListEarlierClinic, EarlierClinicListed, (NEW, *At), PROVINCE, again=True, source="003 L3334"),
        step(HoldClinic, MobileClinicHeld, At.SELECTED, DISTRICT, tell=hold, source="003 L3368"),
        step(MakeClinicPlan, FundDevelopmentPlanMade, At.HELD, DISTRICT, source="003 L3396"),
        step(FollowUpClinic, FundFollowUpDone, (At.HELD, At.PLANNED), DISTRICT, source="003 L3420"),
        step(
            AssessClinic, (FundPassedMobileClinic, FundFailedMobileClinic), (At.HELD, At.PLANNED, At.FOLLOWED_UP),
            DISTRICT, tell=assess, source="003 L3428",
        ),
    ),
    also={FundSelectedForMobileClinic: {"years": with_this}, EarlierClinicListed: {"years": with_earlier}},
)  # fmt: skip
