"""Reports that are owed: by when, and what became of them. Statuses are computed, never said."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainSerializer

from contracts.envelope.attributes import timestamp
from contracts.event import Event
from contracts.ids import id_pattern
from contracts.members import FiscalYear

ObligationId = Annotated[
    str, Field(pattern=id_pattern("obligation"), description="stream id of the obligation")
]
ReportCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="code of the report in the catalogue of its year"
    ),
]
Period = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{0,16}$", description="which round or month of the year; empty: once a year"),
]


Moment = Annotated[datetime, PlainSerializer(timestamp, return_type=str, when_used="json")]
"""A moment as it stands on the wire everywhere: `YYYY-MM-DDTHH:MM:SS.mmmZ`."""


class ReportLevel(StrEnum):
    """The steps of a report's way up (F_part4b_kpi.md §1): each hands in to the next."""

    DISTRICT = "district"
    """สำนักงานพัฒนาชุมชนอำเภอ · the district office"""
    PROVINCE = "province"
    """สำนักงานพัฒนาชุมชนจังหวัด · the provincial office"""
    DEPARTMENT = "department"
    """กรมการพัฒนาชุมชน · the department"""


class DeadlineReason(StrEnum):
    """Why a deadline was moved; a code, because a free text could hold a name."""

    ANNOUNCED = "announced"
    """กรมฯ ประกาศกำหนดใหม่ · the department announced another date"""
    DISASTER = "disaster"
    """เหตุภัยพิบัติ · disaster

    The area could not work: flood, epidemic, storm."""
    CORRECTED = "corrected"
    """บันทึกไว้ผิด · it had been entered wrongly"""


class ReturnReason(StrEnum):
    """Why the receiving level gave a report back; a code, because a free text could hold a name."""

    INCOMPLETE = "incomplete"
    """ไม่ครบถ้วน · incomplete"""
    INCORRECT = "incorrect"
    """ไม่ถูกต้อง · incorrect"""
    OUTDATED = "outdated"
    """ไม่เป็นปัจจุบัน · not current"""


class ObligationScheduled(Event, service="reporting"):
    """The unit of `area` owes a report from `on`. Its id is derived from report, area, fiscal year and period."""

    obligation_id: ObligationId
    report: ReportCode
    fiscal_year: FiscalYear
    period: Period = ""
    due_on: date | None = Field(
        description="last day on which it is in time; null: no date is printed for it"
    )
    chain: tuple[ReportLevel, ...] = Field(
        min_length=2,
        description="who hands in to whom, the owing level first",
        examples=[["district", "province"]],
    )
    source: str = Field(default="", description="where the duty is printed: document and line")


class DeadlineMoved(Event, service="reporting"):
    """From `on` another deadline is valid; a report handed in before is judged by the one before."""

    obligation_id: ObligationId
    before: date | None
    after: date | None = Field(description="null: no deadline any more")
    reason: DeadlineReason


class ReportSubmitted(Event, service="reporting"):
    """A level handed the report in to the next. `figures` are what the board showed of the area as of `on`.

    `seen` is the position vector that they were made from: read up to these positions again, they come out the same.
    """

    obligation_id: ObligationId
    level: ReportLevel = Field(description="who handed it in")
    submission: int = Field(ge=1, description="which of this obligation, from 1")
    figures: dict[str, int] = Field(
        description="measure → what the board showed", examples=[{"members.tsm.current": 3348}]
    )
    seen: dict[str, dict[int, int]] = Field(
        description="topic → partition → position", examples=[{"chumchon.members.events.v1": {"0": 42}}]
    )
    newest: Moment | None = Field(description="when the newest fact in the figures was recorded, UTC")
    submitter: str = Field(description="opaque id of who handed it in; another person accepts it")


class ReportReturned(Event, service="reporting"):
    """The receiving level gave it back: it is owed again."""

    obligation_id: ObligationId
    level: ReportLevel = Field(description="who gave it back")
    submission: int = Field(ge=1)
    reason: ReturnReason


class ReportAccepted(Event, service="reporting"):
    """The receiving level accepted it; where the chain goes on, it is this level's turn to hand it in."""

    obligation_id: ObligationId
    level: ReportLevel = Field(description="who accepted it")
    submission: int = Field(ge=1)
