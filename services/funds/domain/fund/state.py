"""What is known of a fund, how its stream is named, and the refusals that several of its steps share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypedDict

from pydantic import Field, StringConstraints

from contracts.areas import AreaCode
from contracts.funds import FundKind, FundLevel
from contracts.ids import id_pattern, stream_id
from services.chassis.decider import Key, Refused


@dataclass(frozen=True, slots=True)
class Results:
    """One assessment as it was given; the same once more is no second one."""

    on: date
    level: FundLevel
    form_version: str
    database_fiscal_year: int
    passed: frozenset[str]
    failed: frozenset[str]
    assessor: str
    budgeted: bool
    upgraded_before: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """The last assessment and what it is compared with."""

    results: Results
    fiscal_year: int
    base: FundLevel
    """The level that the fiscal year began with, or its first where there was none."""
    eligible: bool
    planned: frozenset[str]
    """Failed indicators that have a plan."""

    @property
    def without_plan(self) -> tuple[str, ...]:
        """Failed indicators without one."""
        return tuple(sorted(self.results.failed - self.planned))


@dataclass(frozen=True, slots=True)
class RecordCare:
    """The yearly renewal of the fund's record, of the last fiscal year in which there was one."""

    fiscal_year: int = 0
    reviewed_on: date = date.min
    reviewers: frozenset[str] = frozenset()
    """All since it was last verified: none of them may verify."""
    verified_on: date | None = None
    verified_before: bool = False
    """In this fiscal year, also where a review came after it."""


@dataclass(frozen=True, slots=True)
class Fund:
    """A fund; without `fund_id` there is none."""

    fund_id: str = ""
    kind: FundKind = FundKind.OTHER
    area: str = ""
    name_th: str = ""
    on: date = date.min
    assessment: Assessment | None = None
    upgraded_in: frozenset[int] = frozenset()
    """Fiscal years in which an upgrade counts."""
    record: RecordCare = RecordCare()
    term: tuple[date, date] | None = None
    """The committee's, both days included."""
    producers: frozenset[str] = frozenset()

    def said(self, on: date) -> Said:
        """What every event of the fund says."""
        return Said(area=self.area, on=on, fund_id=self.fund_id, kind=self.kind)


class Said(TypedDict):
    """Which fund, where, and when."""

    area: str
    on: date
    fund_id: str
    kind: FundKind


def fund_stream(kind: FundKind, area: str, number: int) -> str:
    """Kind, village code and number are the fund's natural key; its name may be typed in two ways."""
    return stream_id("fund", kind, area, number)


FundId = Annotated[str, StringConstraints(pattern=id_pattern("fund"))]


class FundKey(Key):
    """กองทุน · A fund"""

    kind: FundKind
    """ประเภทกองทุน · kind of fund"""
    area: AreaCode
    """หมู่บ้าน · village"""
    number: int = Field(default=1, ge=1, le=99)
    """ลำดับที่ของประเภทนี้ในหมู่บ้าน · which of its kind in the village"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return fund_stream(self.kind, self.area, self.number)


NOT_FOUND = Refused("fund-not-found", "ไม่พบกองทุนนี้", "There is no such fund.", kind="missing")
TOO_EARLY = Refused(
    "before-previous-step",
    "วันที่นี้อยู่ก่อนขั้นตอนก่อนหน้า",
    "This date is before the step that comes first.",
    kind="invalid",
    field="on",
)
