"""A household's debts in a fund management centre: surveyed, restructured, supported, reduced or cleared (D_debt_otop.md §1.2,
seed 003 L4253-4365). Households are opaque ids; who they are is in `members`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Code
from contracts.event import Event
from contracts.ids import StreamId
from contracts.members import FiscalYear
from contracts.money import Rate, Satang
from contracts.stage import Stage


class DebtStage(Stage):
    """Where a household's debts are (D_debt_otop.md C2)."""

    SURVEYED = "surveyed", "สำรวจแล้ว"
    CLASSIFIED = "classified", "จัดประเภทแล้ว"
    SELECTED = "selected", "ได้รับคัดเลือกแล้ว"
    REGISTERED = "registered", "ลงทะเบียนแล้ว"
    NEGOTIATING = "negotiating", "อยู่ระหว่างเจรจา"
    RESTRUCTURED = "restructured", "ปรับโครงสร้างหนี้แล้ว"
    PLANNED = "planned", "มีแผนอาชีพแล้ว"
    SUPPORTED = "supported", "ได้รับสนับสนุนอาชีพแล้ว"
    FOLLOWED_UP = "followed-up", "ติดตามแล้ว"
    REDUCED = "reduced", "ลดหนี้ได้แล้ว"
    CLEARED = "cleared", "ปลดหนี้แล้ว"
    UNRESOLVED = "unresolved", "แก้ไขไม่สำเร็จ"


class Cohort(StrEnum):
    """Two populations that are never added (domain/README decision 5)."""

    BUDGETED = "budgeted"
    """ศูนย์ที่ได้รับงบประมาณ · centres with a budget

    The 321 of 2563 to 2565."""
    OLD_CENTRES = "old-centres"
    """ศูนย์เดิม · old centres

    The 924 of 2551 to 2559."""


class SupportKind(StrEnum):
    """What a household is given for its occupation."""

    MATERIALS = "materials"
    """วัสดุประกอบอาชีพ · occupation materials"""
    TRAINING = "training"
    """การฝึกอบรม · training"""
    DURABLE = "durable"
    """ครุภัณฑ์ · durable articles

    Forbidden (seed 003 L4318)."""
    LOAN_CAPITAL = "loan-capital"
    """เงินทุนหมุนเวียน (เงินกู้) · capital to lend

    Forbidden (seed 003 L4318)."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoanContract(_Part):
    """A contract of the household with a fund. `rate_bp` is the yearly rate in hundredths of a percent."""

    contract_no: Code
    """เลขที่สัญญา · number of the contract"""
    fund_id: StreamId
    """กองทุนเจ้าหนี้ · fund that lent"""
    outstanding_satang: Satang
    """ยอดคงเหลือ · still owed"""
    rate_bp: Rate
    """อัตราดอกเบี้ยต่อปี · yearly rate"""
    ends_on: date
    """วันครบกำหนด · last day"""


class Balance(_Part):
    """What is still owed on a contract."""

    contract_no: Code
    """เลขที่สัญญา · number of the contract"""
    outstanding_satang: Satang
    """ยอดคงเหลือ · still owed"""


class SupportItem(_Part):
    """One thing given."""

    kind: SupportKind
    """ประเภทการสนับสนุน · kind of support"""
    value_satang: Satang
    """มูลค่า · value"""


class DebtEvent(Event):
    """What every event of a household's debts says."""

    case_id: StreamId
    household_id: StreamId
    centre_id: StreamId
    cohort: Cohort
    fiscal_year: FiscalYear
    was: DebtStage | None = Field(description="the stage before; null at the beginning")


class HouseholdDebtSurveyed(DebtEvent, service="funds", leads_to=DebtStage.SURVEYED):
    """All contracts of the household with the centre's funds are known."""

    contracts: tuple[LoanContract, ...]
    total_satang: int = Field(ge=0)


class DebtorClassified(DebtEvent, service="funds", leads_to=DebtStage.CLASSIFIED):
    """The centre's committee put it into a class; the classes are the form's."""

    debtor_class: Code
    form_version: Code


class HouseholdSelectedForDebtProgramme(DebtEvent, service="funds", leads_to=DebtStage.SELECTED):
    """The centre's committee chose it."""


class HouseholdRegisteredForDebtProgramme(DebtEvent, service="funds", leads_to=DebtStage.REGISTERED):
    """It registered with the committee: one more of the 30 a centre."""


class RestructuringNegotiated(DebtEvent, service="funds", leads_to=DebtStage.NEGOTIATING):
    """Debtor and creditors negotiated."""

    creditors: tuple[StreamId, ...]


class DebtTransferredToFund(DebtEvent, service="funds"):
    """What is owed on a contract is owed to another fund now."""

    contract_no: Code
    from_fund: StreamId
    to_fund: StreamId
    amount_satang: int = Field(ge=0)


class LoanContractsConsolidated(DebtEvent, service="funds", leads_to=DebtStage.RESTRUCTURED):
    """All contracts became one."""

    contract: LoanContract
    replaced: tuple[Code, ...]


class RepaymentTermExtended(DebtEvent, service="funds", leads_to=DebtStage.RESTRUCTURED):
    """A contract may be repaid until later."""

    contract_no: Code
    ends_on: date
    was_ends_on: date


class InterestRateReduced(DebtEvent, service="funds", leads_to=DebtStage.RESTRUCTURED):
    """A contract bears less interest."""

    contract_no: Code
    rate_bp: int = Field(ge=0)
    was_rate_bp: int = Field(ge=0)


class OccupationPlanAgreed(DebtEvent, service="funds", leads_to=DebtStage.PLANNED):
    """The committee and the household agreed how it is to earn more."""

    activity: Code
    budget_satang: int = Field(ge=0)


class OccupationSupportDelivered(DebtEvent, service="funds", leads_to=DebtStage.SUPPORTED):
    """The household was given what the plan needs."""

    items: tuple[SupportItem, ...]
    value_satang: int = Field(ge=0)


class HouseholdDebtFollowedUp(DebtEvent, service="funds", leads_to=DebtStage.FOLLOWED_UP):
    """What is still owed was looked at."""

    balances: tuple[Balance, ...]
    before_satang: int = Field(ge=0, description="what was owed when it was surveyed")
    after_satang: int = Field(ge=0)


class HouseholdDebtReduced(DebtEvent, service="funds", leads_to=DebtStage.REDUCED):
    """It owes less than when it was surveyed."""

    before_satang: int = Field(ge=0)
    after_satang: int = Field(ge=0)


class HouseholdDebtCleared(DebtEvent, service="funds", leads_to=DebtStage.CLEARED):
    """It owes nothing."""

    before_satang: int = Field(ge=0)


class HouseholdDebtUnresolvedAtPeriodEnd(DebtEvent, service="funds", leads_to=DebtStage.UNRESOLVED):
    """The year ended and it owes as much."""

    after_satang: int = Field(ge=0)
