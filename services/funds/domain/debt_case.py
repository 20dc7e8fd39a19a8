"""A household's debts in a fund management centre: surveyed, chosen, restructured, supported, reduced or cleared
(D_debt_otop.md §1.2 and C2, seed 003 L4253-4365). Its stream is the household's, for all years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import Field

from contracts.areas import AreaCode
from contracts.calendar import fiscal_year
from contracts.codes import Code
from contracts.funds import (
    Balance,
    Cohort,
    DebtorClassified,
    DebtTransferredToFund,
    HouseholdDebtCleared,
    HouseholdDebtFollowedUp,
    HouseholdDebtReduced,
    HouseholdDebtSurveyed,
    HouseholdDebtUnresolvedAtPeriodEnd,
    HouseholdRegisteredForDebtProgramme,
    HouseholdSelectedForDebtProgramme,
    InterestRateReduced,
    LoanContract,
    LoanContractsConsolidated,
    OccupationPlanAgreed,
    OccupationSupportDelivered,
    RepaymentTermExtended,
    RestructuringNegotiated,
    SupportItem,
    SupportKind,
)
from contracts.funds import DebtStage as At
from contracts.ids import StreamId, stream_id
from contracts.money import Rate, Satang
from services.chassis.decider import Decision, Happened, Key, Refused
from services.chassis.lifecycle import DISTRICT, NEW, Progress, Say, Signed, lifecycle, refuses, step


def centre_stream(village: str) -> str:
    """A village has one centre."""
    return stream_id("fund-centre", village)


def household_stream(village: str, household_ref: str) -> str:
    """The centre's number of it: whose household it is, no event says."""
    return stream_id("household", village, household_ref)


def debt_case_stream(household_id: str) -> str:
    """One a household."""
    return stream_id("debt-case", household_id)


class HouseholdKey(Key):
    """ครัวเรือนที่เป็นหนี้ · An indebted household

    Known by the village of its fund management centre, and the number that the centre's database of debtors gives it (003 L6220, step 1).
    """

    area: AreaCode
    """หมู่บ้านของศูนย์จัดการกองทุนชุมชน · village of the fund management centre"""
    household_ref: str = Field(pattern=r"^[0-9A-Za-z/-]{1,20}$")
    """เลขที่ครัวเรือนในฐานข้อมูลลูกหนี้ของศูนย์ · number in the centre's database of debtors"""

    @property
    def centre_id(self) -> str:
        """The centre's stream."""
        return centre_stream(self.area)

    @property
    def household_id(self) -> str:
        """The household's opaque id."""
        return household_stream(self.area, self.household_ref)

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return debt_case_stream(self.household_id)


class SurveyDebt(HouseholdKey, Signed):
    """สำรวจหนี้สินครัวเรือน · Survey a household's debts

    All contracts of the household with the centre's funds; a later year's survey begins anew.
    """

    on: Happened
    """วันที่สำรวจ · surveyed on"""
    cohort: Cohort
    """กลุ่มศูนย์ · group of centres"""
    contracts: tuple[LoanContract, ...]
    """สัญญาเงินกู้ · loan contracts"""

    def mistakes(self) -> Iterator[Refused]:
        """ครัวเรือนเป้าหมายที่เป็นหนี้; a centre is a village's, and a contract stands there once (ours)."""
        if len(self.area) != 8:
            yield NOT_A_VILLAGE
        if not self.contracts:
            yield NO_DEBT
        if len({contract.contract_no for contract in self.contracts}) < len(self.contracts):
            yield TWICE


class ClassifyDebtor(Signed):
    """จัดประเภทลูกหนี้ · Classify a debtor

    The class that the committee put it into.
    """

    debtor_class: Code
    """รหัสประเภทลูกหนี้ · code of the class"""
    form_version: Code
    """รหัสรุ่นของแบบ · code of the form's version"""


class SelectHousehold(Signed):
    """คัดเลือกครัวเรือนเป้าหมาย · Choose a household for the programme (3.3)"""


class RegisterHousehold(Signed):
    """ลงทะเบียนกับคณะกรรมการศูนย์ · Register a household with the centre's committee (3.3)"""


class NegotiateDebt(Signed):
    """เจรจาไกล่เกลี่ยหนี้ · Debtor and creditors negotiate (4.3.1)"""

    creditors: tuple[StreamId, ...]
    """กองทุนเจ้าหนี้ · funds that lent"""


class Rated(Signed):
    """A step that sets a rate."""

    rate_bp: Rate
    """อัตราดอกเบี้ยต่อปี · yearly rate"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L4308: ต้องไม่เกินตามที่กฎหมายกำหนด. The handbook prints no figure; it is the law's."""
        if self.rate_bp > LEGAL_RATE:
            yield ABOVE_THE_LAW


class ConsolidateContracts(Rated):
    """รวมสัญญาเป็นสัญญาเดียว · Put all contracts into one

    Of one fund of the centre (4.3.1). Which funds are the centre's is told with it, as there is no register of centres yet.
    """

    contract_no: Code
    """เลขที่สัญญาใหม่ · number of the new contract"""
    fund_id: StreamId
    """กองทุนที่รับหนี้ · fund that takes the debt"""
    ends_on: date
    """วันครบกำหนด · last day"""
    member_funds: tuple[StreamId, ...]
    """กองทุนสมาชิกของศูนย์ · funds that are members of the centre"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L4303: กองทุนเพียงกลุ่ม/กองทุนเดียว (ที่เป็นสมาชิกของศูนย์จัดการกองทุนชุมชน)."""
        yield from super().mistakes()
        if self.fund_id not in self.member_funds:
            yield OUTSIDE


class ExtendTerm(Signed):
    """ขยายระยะเวลาชำระคืน · Let a contract run longer (4.3.2)"""

    contract_no: Code
    """เลขที่สัญญา · number of the contract"""
    ends_on: date
    """วันครบกำหนดใหม่ · new last day"""


class CutRate(Rated):
    """ลดอัตราดอกเบี้ย · Lower a contract's rate (4.3.3)"""

    contract_no: Code
    """เลขที่สัญญา · number of the contract"""


class AgreeOccupationPlan(Signed):
    """จัดทำแผนพัฒนาอาชีพ · Agree on an occupation plan

    How the household is to earn more, and what that may cost (5).
    """

    activity: Code
    """รหัสกิจกรรม · code of the activity"""
    budget_satang: Satang
    """งบประมาณของแผน · budget of the plan"""


class DeliverSupport(Signed):
    """สนับสนุนการประกอบอาชีพ · Deliver occupation support (sub-activity 2)"""

    items: tuple[SupportItem, ...]
    """รายการที่สนับสนุน · what was given"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L4318: ห้ามนำงบประมาณที่ได้รับไปดำเนินการในรูปแบบเงินทุนหมุนเวียน (เงินกู้) หรือจัดซื้อครุภัณฑ์."""
        if not self.items:
            yield NOTHING_GIVEN
        if any(item.kind in (SupportKind.DURABLE, SupportKind.LOAN_CAPITAL) for item in self.items):
            yield FORBIDDEN


class FollowUpDebt(Signed):
    """ติดตามผลหนี้สิน · Follow a household's debts up

    What is still owed on each contract.
    """

    balances: tuple[Balance, ...]
    """ยอดคงเหลือรายสัญญา · balances of the contracts"""


class CloseUnresolved(Signed):
    """สิ้นปีโดยแก้หนี้ไม่สำเร็จ · Close a case unresolved

    The year has ended, and it owes as much.
    """


Contracts = Mapping[str, LoanContract]


@dataclass(frozen=True, slots=True)
class DebtCase(Progress):
    """A household's debts."""

    case_id: str = ""
    household_id: str = ""
    centre_id: str = ""
    cohort: Cohort = Cohort.BUDGETED
    fiscal_year: int = 0
    contracts: Contracts = field(default_factory=dict)
    """By number, those that are in force."""
    before_satang: int = 0
    """Owed when it was surveyed."""
    budget_satang: int = 0
    supported_in: frozenset[int] = frozenset()

    @property
    def owed(self) -> int:
        """Owed now."""
        return sum(contract.outstanding_satang for contract in self.contracts.values())


LEGAL_RATE = 1_500
"""15 percent a year: ป.พ.พ. มาตรา 654, which holds for whoever is no financial institution."""

NO_CONTRACT = Refused(
    "no-such-contract",
    "ไม่พบสัญญาเลขนี้",
    "There is no contract of this number.",
    kind="invalid",
    field="contract_no",
)
NOT_LOWER = Refused(
    "rate-not-lower",
    "อัตราดอกเบี้ยต้องต่ำกว่าเดิม",
    "The rate must be lower than before.",
    kind="invalid",
    field="rate_bp",
)
NOT_LATER = Refused(
    "term-not-longer",
    "วันครบกำหนดต้องช้ากว่าเดิม",
    "The last day must be later than before.",
    kind="invalid",
    field="ends_on",
)
OTHER_CONTRACTS = Refused(
    "balances-of-other-contracts", "ยอดคงเหลือต้องครบทุกสัญญาที่มีผล", "A balance of each contract in force is needed, and of no other.",
    kind="invalid", field="balances",
)  # fmt: skip
NOT_A_VILLAGE = Refused(
    "centre-needs-a-village", "ศูนย์จัดการกองทุนชุมชนต้องระบุรหัสหมู่บ้าน ๘ หลัก", "A centre needs a village's 8-digit code.",
    kind="invalid", field="area",
)  # fmt: skip
NO_DEBT = Refused("no-debt", "ไม่มีสัญญาเงินกู้", "There is no contract.", kind="invalid", field="contracts")
TWICE = Refused(
    "contract-twice", "สัญญาเลขเดียวกันมีมากกว่าหนึ่งรายการ", "A contract stands there more than once.",
    kind="invalid", field="contracts",
)  # fmt: skip
OUTSIDE = Refused(
    "fund-outside-the-centre", "กองทุนนี้ไม่ได้เป็นสมาชิกของศูนย์จัดการกองทุนชุมชน", "This fund is no member of the centre.",
    kind="invalid", rule="003 L4303", field="fund_id",
)  # fmt: skip
ABOVE_THE_LAW = Refused(
    "rate-above-the-law", "อัตราดอกเบี้ยเกินกว่าที่กฎหมายกำหนด (ร้อยละ ๑๕ ต่อปี)",
    "The rate is above what the law allows, 15 percent a year.", kind="invalid", rule="003 L4308", field="rate_bp",
)  # fmt: skip
NOTHING_GIVEN = Refused(
    "nothing-given", "ต้องระบุสิ่งที่สนับสนุน", "Say what was given.", kind="invalid", field="items"
)
FORBIDDEN = Refused(
    "support-forbidden", "ห้ามใช้งบประมาณเป็นเงินทุนหมุนเวียน (เงินกู้) หรือจัดซื้อครุภัณฑ์",
    "The money must not be lent, nor buy durable articles.", kind="invalid", rule="003 L4318", field="items",
)  # fmt: skip


@refuses(
    "debt-case-open", "ครัวเรือนนี้อยู่ในกระบวนการของปีนี้แล้ว", "This household is in this year's programme already."
)
def this_year(command: SurveyDebt, case: DebtCase) -> bool:
    """One a household and fiscal year."""
    return case.stage is not NEW and fiscal_year(command.on) <= case.fiscal_year


@refuses(
    "supported-the-year-before", "ครัวเรือนนี้ได้รับสนับสนุนวัสดุประกอบอาชีพในปีก่อนแล้ว",
    "This household was given occupation materials in the year before.", rule="R2, 003 L4348",
)  # fmt: skip
def supported_before(_: SelectHousehold, case: DebtCase) -> bool:
    """003 L4348: ต้องไม่ซ้ำกับครัวเรือนที่เคยได้รับสนับสนุนวัสดุในการประกอบอาชีพ… พ.ศ. 2564."""
    return case.fiscal_year - 1 in case.supported_in


@refuses("one-contract-only", "มีสัญญาเดียวอยู่แล้ว", "There is but one contract.", rule="003 L4304")
def one_already(_: ConsolidateContracts, case: DebtCase) -> bool:
    """003 L4300: ครัวเรือนที่มีหนี้หลายสัญญา คงเหลือเพียง 1 สัญญา."""
    return len(case.contracts) < 2


@refuses(
    "over-budget", "เกินงบประมาณของแผน", "It costs more than the plan has.", kind="invalid", field="items"
)
def over_budget(command: DeliverSupport, case: DebtCase) -> bool:
    """Ours: what was approved is not exceeded."""
    return value(command) > case.budget_satang


def value(command: DeliverSupport) -> int:
    """Of all that was given."""
    return sum(item.value_satang for item in command.items)


def survey(command: SurveyDebt, _: DebtCase, say: Say) -> Decision:
    """With all that is owed."""
    total = sum(contract.outstanding_satang for contract in command.contracts)
    return [say(HouseholdDebtSurveyed, total_satang=total)]


def consolidate(command: ConsolidateContracts, case: DebtCase, say: Say) -> Decision:
    """003 L4302-4304: the debts of all contracts go to one fund, then all contracts become one."""
    if command.rate_bp > max(contract.rate_bp for contract in case.contracts.values()):
        return NOT_LOWER
    transfers = [
        say(
            DebtTransferredToFund,
            contract_no=contract.contract_no,
            from_fund=contract.fund_id,
            to_fund=command.fund_id,
            amount_satang=contract.outstanding_satang,
        )
        for contract in case.contracts.values()
        if contract.fund_id != command.fund_id
    ]
    merged = LoanContract(
        contract_no=command.contract_no,
        fund_id=command.fund_id,
        outstanding_satang=case.owed,
        rate_bp=command.rate_bp,
        ends_on=command.ends_on,
    )
    return [*transfers, say(LoanContractsConsolidated, contract=merged, replaced=tuple(case.contracts))]


def extend(command: ExtendTerm, case: DebtCase, say: Say) -> Decision:
    """003 L4306: การขยายระยะเวลาการส่งใช้คืนเงินกู้/ยืม."""
    contract = case.contracts.get(command.contract_no)
    if contract is None:
        return NO_CONTRACT
    later = command.ends_on > contract.ends_on
    return [say(RepaymentTermExtended, was_ends_on=contract.ends_on)] if later else NOT_LATER


def cut_rate(command: CutRate, case: DebtCase, say: Say) -> Decision:
    """003 L4308: การปรับลดอัตราดอกเบี้ยตามความเหมาะสม."""
    contract = case.contracts.get(command.contract_no)
    if contract is None:
        return NO_CONTRACT
    lower = command.rate_bp < contract.rate_bp
    return [say(InterestRateReduced, was_rate_bp=contract.rate_bp)] if lower else NOT_LOWER


def support(command: DeliverSupport, _: DebtCase, say: Say) -> Decision:
    """With what it was worth."""
    return [say(OccupationSupportDelivered, value_satang=value(command))]


def follow_up(command: FollowUpDebt, case: DebtCase, say: Say) -> Decision:
    """Less than before is reduced, nothing is cleared (derived, D_debt_otop.md §1.4)."""
    if sorted(balance.contract_no for balance in command.balances) != sorted(case.contracts):
        return OTHER_CONTRACTS
    left = sum(balance.outstanding_satang for balance in command.balances)
    seen = say(HouseholdDebtFollowedUp, after_satang=left)
    if not left:
        return [seen, say(HouseholdDebtCleared, was=At.FOLLOWED_UP)]
    if left < case.before_satang:
        return [seen, say(HouseholdDebtReduced, was=At.FOLLOWED_UP, after_satang=left)]
    return [seen]


def close(_: CloseUnresolved, case: DebtCase, say: Say) -> Decision:
    """With what is owed."""
    return [say(HouseholdDebtUnresolvedAtPeriodEnd, after_satang=case.owed)]


def by_number(_: DebtCase, event: HouseholdDebtSurveyed) -> Contracts:
    """All that are in force."""
    return {contract.contract_no: contract for contract in event.contracts}


def owed_then(_: DebtCase, event: HouseholdDebtSurveyed) -> int:
    """What later sums are compared with."""
    return event.total_satang


def remembered(case: DebtCase, _: HouseholdDebtSurveyed) -> frozenset[int]:
    """It begins anew, and the years of support are not forgotten."""
    return case.supported_in


def the_one(_: DebtCase, event: LoanContractsConsolidated) -> Contracts:
    """That is left."""
    return {event.contract.contract_no: event.contract}


def changed(case: DebtCase, event: RepaymentTermExtended | InterestRateReduced) -> Contracts:
    """The contract as it is now."""
    new = event.model_dump(include={"ends_on", "rate_bp"})
    contract = case.contracts[event.contract_no].model_copy(update=new)
    return {**case.contracts, event.contract_no: contract}


def with_this(case: DebtCase, event: OccupationSupportDelivered) -> frozenset[int]:
    """A year of support more."""
    return case.supported_in | {event.fiscal_year}


def left(case: DebtCase, event: HouseholdDebtFollowedUp) -> Contracts:
    """What is owed on each now."""
    owed = {balance.contract_no: balance.outstanding_satang for balance in event.balances}
    return {
        number: contract.model_copy(update={"outstanding_satang": owed[number]})
        for number, contract in case.contracts.items()
    }


TREATED = (At.RESTRUCTURED, At.PLANNED, At.SUPPORTED, At.FOLLOWED_UP)
RESTRUCTURING = (At.REGISTERED, At.NEGOTIATING, At.RESTRUCTURED)

DEBT_CASE = lifecycle(
    "debt-case",
    called=("ครัวเรือนที่เป็นหนี้", "indebted household"),
    initial=DebtCase(),
    stages=At,
    steps=(
        step(SurveyDebt, HouseholdDebtSurveyed, (NEW, *At), DISTRICT, unless=(this_year,), tell=survey),
        step(ClassifyDebtor, DebtorClassified, At.SURVEYED, DISTRICT, source="003 L4277"),
        step(
            SelectHousehold, HouseholdSelectedForDebtProgramme, At.CLASSIFIED, DISTRICT, unless=(supported_before,),
            source="003 L4277",
        ),
        step(RegisterHousehold, HouseholdRegisteredForDebtProgramme, At.SELECTED, DISTRICT, source="003 L4277"),
        step(NegotiateDebt, RestructuringNegotiated, At.REGISTERED, DISTRICT, source="003 L4302"),
        step(
            ConsolidateContracts, (DebtTransferredToFund, LoanContractsConsolidated), RESTRUCTURING, DISTRICT,
            unless=(one_already,), tell=consolidate, source="003 L4300",
        ),
        step(ExtendTerm, RepaymentTermExtended, RESTRUCTURING, DISTRICT, tell=extend, source="003 L4306"),
        step(CutRate, InterestRateReduced, RESTRUCTURING, DISTRICT, tell=cut_rate, source="003 L4308"),
        step(AgreeOccupationPlan, OccupationPlanAgreed, At.RESTRUCTURED, DISTRICT, source="003 L4310"),
        step(
            DeliverSupport, OccupationSupportDelivered, At.PLANNED, DISTRICT, unless=(over_budget,),
            tell=support, source="003 L4318",
        ),
        step(
            FollowUpDebt, (HouseholdDebtFollowedUp, HouseholdDebtReduced, HouseholdDebtCleared), (*TREATED, At.REDUCED),
            DISTRICT, tell=follow_up,
        ),
        step(CloseUnresolved, HouseholdDebtUnresolvedAtPeriodEnd, TREATED, DISTRICT, tell=close),
    ),
    also={
        HouseholdDebtSurveyed: {"contracts": by_number, "before_satang": owed_then, "supported_in": remembered},
        LoanContractsConsolidated: {"contracts": the_one},
        RepaymentTermExtended: {"contracts": changed},
        InterestRateReduced: {"contracts": changed},
        OccupationSupportDelivered: {"supported_in": with_this},
        HouseholdDebtFollowedUp: {"contracts": left},
    },
)  # fmt: skip
