"""Community funds, their levels, the yearly renewal of their records, their committees' terms, and the producer groups that
belong to them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from contracts.event import Event
from contracts.ids import StreamId
from contracts.members import FiscalYear


class FundKind(StrEnum):
    """The kinds of community fund (ARCHITECTURE §2)."""

    POVERTY = "kkj"
    """กองทุน กข.คจ. · poverty-alleviation fund

    One a village (F_part4b_kpi.md §2, L6047)."""
    SAVINGS = "savings"
    """กลุ่มออมทรัพย์เพื่อการผลิต · savings group for production"""
    MOTHER = "mother"
    """กองทุนแม่ของแผ่นดิน · Mother-of-the-Land fund"""
    WOMEN = "women"
    """กองทุนพัฒนาบทบาทสตรี · women's development fund"""
    VILLAGE = "village"
    """กองทุนหมู่บ้าน · village fund"""
    OTHER = "other"
    """กองทุนอื่น · other fund"""


class FundLevel(StrEnum):
    """The levels of all scales; which of them a kind of fund has is in `contracts/fund_levels.py`."""

    ONE = "1"
    """ระดับ 1 · level 1

    The lowest of กข.คจ. funds and savings groups."""
    TWO = "2"
    """ระดับ 2 · level 2"""
    THREE = "3"
    """ระดับ 3 · level 3

    The highest of กข.คจ. funds and savings groups."""
    C = "C"
    """ระดับ C · level C

    The lowest of Mother-of-the-Land funds."""
    B = "B"
    """ระดับ B · level B"""
    A = "A"
    """ระดับ A · level A"""
    LEARNING_CENTRE = "LC"
    """ศูนย์เรียนรู้กองทุนแม่ของแผ่นดิน · learning centre of the Mother-of-the-Land fund

    Above A."""


class FundEvent(Event):
    """What every event of a fund says: which one."""

    fund_id: StreamId
    kind: FundKind


class FundEstablished(FundEvent, service="funds"):
    """A fund exists in a village from `on`."""

    number: int = Field(ge=1, description="which of its kind in the village, from 1")
    name_th: str = Field(description="name of the fund, not of a person")


class FundLevelAssessed(FundEvent, service="funds"):
    """A fund was assessed under good governance (seed 003 L6001, L6023-6025, L6123). The level is the assessor's; the
    official indicators are not printed, so their codes are the form's."""

    fiscal_year: FiscalYear
    database_fiscal_year: FiscalYear
    """On whose figures the fund was assessed: in 2565 those of 2564."""
    form_version: str = Field(description="code of the form's version")
    level: FundLevel
    was_level: FundLevel | None = Field(description="the level before; null for the first assessment")
    passed: tuple[str, ...] = Field(description="codes of the indicators that passed")
    failed: tuple[str, ...] = Field(description="codes of the indicators that failed: each needs a plan")
    without_plan: tuple[str, ...] = Field(
        default=(),
        description="what had failed in the assessment before and never had a plan: a warning, nothing was blocked",
    )
    assessor: str = Field(description="opaque id of who assessed")
    counts_as_upgrade: bool = Field(
        description="the fund's first step in the fiscal year that its scale counts (1→2, 2→3): add 1 for the KPI"
    )
    takes_back_upgrade: bool = Field(
        default=False,
        description="a step counted before in the fiscal year is undone by this level: subtract 1 for the KPI",
    )
    eligible: bool = Field(
        description="in the base of the upgrade target: not budgeted in the fiscal year, not upgraded in the two before"
    )
    was_eligible: bool | None = Field(
        description="`eligible` in the assessment before of the same fiscal year; null where this is the first"
    )
    budgeted: bool = Field(description="had the fund-potential project's budget in the fiscal year")
    upgraded_before: bool = Field(description="had passed an upgrade in the two fiscal years before")


class DevelopmentPlanPrepared(FundEvent, service="funds"):
    """A plan was written for indicators that failed (seed 003 L6001, L6023, L6123)."""

    fiscal_year: FiscalYear
    indicators: tuple[str, ...] = Field(description="codes of the failed indicators that have a plan now")
    without_plan: tuple[str, ...] = Field(description="those of the last assessment that have none yet")


class FundRecordReviewed(FundEvent, service="funds"):
    """The community development worker reviewed and corrected the fund's record: once a fiscal year, by July (seed 003
    L6013)."""

    fiscal_year: FiscalYear
    reviewer: str = Field(description="opaque id of who reviewed; somebody else verifies")
    first_in_fiscal_year: bool = Field(description="false where it was reviewed before in the fiscal year")
    was_verified: bool = Field(
        default=False, description="it had been verified in the fiscal year, and is to be verified again"
    )


class FundRecordVerified(FundEvent, service="funds"):
    """The province verified the reviewed record: once a fiscal year, by August (seed 003 L5999)."""

    fiscal_year: FiscalYear
    reviewed_on: date
    verifier: str = Field(description="opaque id of who verified; never the reviewer")
    first_in_fiscal_year: bool = Field(description="false where it was verified before in the fiscal year")


class FundCommitteeRenewed(FundEvent, service="funds"):
    """The fund's committee has a new term of office (วาระการดำรงตำแหน่ง, seed 003 L6015). Who sits in it is in `members`."""

    term_start: date
    term_end: date = Field(description="the last day, included; after it the term has expired")
    was_term_end: date | None = Field(
        description="the last day of the term before; null for the first known one"
    )


class ProducerGroupLinked(FundEvent, service="funds"):
    """A certified producer group belongs to the fund (heard from `otop`)."""

    producer_id: StreamId


class ProducerGroupUnlinked(FundEvent, service="funds"):
    """The group's registration was revoked: it no longer belongs to the fund."""

    producer_id: StreamId
