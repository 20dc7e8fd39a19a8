"""The Mobile Clinic: a fund's year of help towards good governance (C_funds.md C1, seed 003 L3319-3457)."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from contracts.codes import Code
from contracts.event import Event
from contracts.funds.fund import FundKind, FundLevel
from contracts.ids import StreamId
from contracts.members import FiscalYear
from contracts.stage import Stage


class ClinicStage(Stage):
    """Where a fund is in its Mobile Clinic (C_funds.md C1); what is reported of it afterwards is in `reporting`."""

    SELECTED = "selected", "ได้รับคัดเลือกแล้ว"
    HELD = "held", "จัดประชุมเชิงปฏิบัติการแล้ว"
    PLANNED = "planned", "มีแผนพัฒนาแล้ว"
    FOLLOWED_UP = "followed-up", "ติดตามครั้งที่ ๑ แล้ว"
    PASSED = "passed", "ผ่านการประเมินแล้ว"
    FAILED = "failed", "ไม่ผ่านการประเมิน"


class ClinicEvent(Event):
    """What every event of a fund's Mobile Clinic says."""

    case_id: StreamId
    fund_id: StreamId
    kind: FundKind
    fiscal_year: FiscalYear
    was: ClinicStage | None = Field(description="the stage before; null at the beginning")


class EarlierClinicListed(ClinicEvent, service="funds"):
    """The fund stood in the list of an earlier fiscal year, from before there were such events."""

    listed_year: FiscalYear


class FundSelectedForMobileClinic(ClinicEvent, service="funds", leads_to=ClinicStage.SELECTED):
    """The province selected the fund (steps 3 and 4)."""


class MobileClinicHeld(ClinicEvent, service="funds", leads_to=ClinicStage.HELD):
    """The workshop of one day was held (step 7)."""

    committee_present: int = Field(ge=0, description="members of the fund's committee, of 5")
    people_present: int = Field(ge=0, description="people who are to reach capital, of 25")
    cost_satang: int = Field(ge=0, description="of the 6,400 baht a fund")
    complete: bool = Field(description="5 and 25 were there")


class FundDevelopmentPlanMade(ClinicEvent, service="funds", leads_to=ClinicStage.PLANNED):
    """A plan was made for the indicators that the fund had not passed (7.1 2)."""

    indicators: tuple[Code, ...] = Field(description="codes of these indicators, at least one")
    due_on: date = Field(description="by when the plan is to be carried out")


class FundFollowUpDone(ClinicEvent, service="funds", leads_to=ClinicStage.FOLLOWED_UP):
    """The Move for Fund Team followed up for the first time (step 8); the second time it assesses."""

    team: Code


class FundPassedMobileClinic(ClinicEvent, service="funds", leads_to=ClinicStage.PASSED):
    """The team assessed the fund in the second follow-up: it is governed well."""

    level: FundLevel
    form_version: Code
    failed: tuple[Code, ...]
    team: Code
    in_time: bool = Field(description="by the end of May of the fiscal year (seed 003 L3428)")


class FundFailedMobileClinic(ClinicEvent, service="funds", leads_to=ClinicStage.FAILED):
    """The team assessed the fund in the second follow-up: it is not."""

    level: FundLevel
    form_version: Code
    failed: tuple[Code, ...]
    team: Code
    in_time: bool = Field(description="by the end of May of the fiscal year (seed 003 L3428)")
