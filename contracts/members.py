"""What `members` says: areas, persons, memberships, growth targets and imports. No personal data, ever."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts import imports
from contracts.event import Event
from contracts.ids import StreamId
from contracts.stage import Stage

FiscalYear = Annotated[
    int, Field(ge=2400, le=2700, description="Buddhist-era fiscal year: 2565 = Oct 2021 to Sep 2022")
]
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
Month = Annotated[
    str,
    Field(pattern=MONTH, description="a month, Gregorian: 2022-03", examples=["2022-03"]),
]


class Network(StrEnum):
    """The volunteer networks (G_networks.md §5.1); a new one is a new value, readers must expect it."""

    TSM = "tsm"
    """ทสม. · village natural-resources and environment volunteers"""


class Cohort(StrEnum):
    """Old and new members, "ทั้งคนเก่าและคนใหม่" (seed 000 §4.1(3)): old = member before the fiscal year began."""

    OLD = "old"
    """เก่า · old"""
    NEW = "new"
    """ใหม่ · new"""


class AreaRegistered(Event, service="members"):
    """An area is in the register from `on`; `area` is its code."""

    name_th: str
    name_en: str
    assumed: bool = Field(
        default=False, description="true where the code or name is ours, not the official list's"
    )


class AreaRenamed(Event, service="members"):
    """An area has another name from `on`."""

    name_th: str
    name_en: str
    was_name_th: str
    was_name_en: str


class AreaSplit(Event, service="members"):
    """Part of the area became new areas from `on`; the old one goes on with the rest."""

    into: tuple[str, ...]


class AreaAbolished(Event, service="members"):
    """The area is no more from `on`; what was there belongs to the successor, where there is one."""

    successor: str = ""


class PersonRegistered(Event, service="members"):
    """A person is known. Sealed: citizen number, names, birth date. `generated` marks example people."""

    person_id: StreamId
    generated: bool = False


class PersonDetailsCorrected(Event, service="members"):
    """A person's sealed details were corrected."""

    person_id: StreamId


class PersonForgotten(Event, service="members"):
    """The key to the person's sealed parts was destroyed (PDPA)."""

    person_id: StreamId


class MembershipStage(Stage):
    """Where a membership is. A card and a confirmation are facts of a registered one, no stages of their own."""

    APPLIED = "applied", "สมัครแล้ว"
    REGISTERED = "registered", "ขึ้นทะเบียนแล้ว"
    LEFT = "left", "พ้นจากสมาชิกภาพแล้ว"


class MembershipApplied(Event, service="members", leads_to=MembershipStage.APPLIED):
    """A person applied to a network (seed 000 §4.1(3): การรับสมัครสมาชิก)."""

    membership_id: StreamId
    person_id: StreamId
    network: Network
    generated: bool = False


class MembershipRegistered(Event, service="members", leads_to=MembershipStage.REGISTERED):
    """The applicant is in the member register (ทะเบียนสมาชิก): one more member in `area`."""

    membership_id: StreamId
    person_id: StreamId
    network: Network
    cohort: Cohort
    generated: bool = False


class MemberCardIssued(Event, service="members"):
    """The member has a card (บัตรประจำตัว ทสม.). Sealed: the card's number."""

    membership_id: StreamId
    network: Network


class MembershipConfirmedCurrent(Event, service="members"):
    """The entry was found to be true on `on` ("เป็นปัจจุบัน", seed 000 §9.1(2))."""

    membership_id: StreamId
    network: Network


class MembershipLeft(Event, service="members", leads_to=MembershipStage.LEFT):
    """One member fewer in `area`. Sealed: the reason. `cohort` as it was registered."""

    membership_id: StreamId
    person_id: StreamId
    network: Network
    cohort: Cohort


class GrowthTargetSet(Event, service="members"):
    """The members of an area are to grow by `percent` on a recorded base (seed 000 §10.2: +5 %)."""

    network: Network
    fiscal_year: FiscalYear
    base_value: int = Field(ge=0, description="members counted on base_date")
    base_date: date
    percent: int = Field(ge=0, le=1000)
    target: int = Field(ge=0, description="ceil(base_value × (100 + percent) / 100), members")
    was_target: int | None = Field(default=None, description="the target before, where it was set before")


class FirstMemberInTambonRegistered(Event, service="members"):
    """A tambon that had no member has its first; expansion goes to tambons without (seed 000 §4.1(3))."""

    network: Network
    membership_id: StreamId


class ImportAccepted(imports.ImportAccepted, service="members"):
    """A file was read without a fault; its rows will run. Sealed: the rows."""


class ImportCompleted(imports.ImportCompleted, service="members"):
    """All rows have run; the sealed rows are gone."""
