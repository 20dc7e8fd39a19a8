"""What the queries answer, as OpenAPI describes it: flat rows, so that a row of JSON is a row of CSV."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, Field

from contracts.areas import AreaLevel
from services.reporting.api.form import SeenVector
from services.reporting.views import Area, GrowthStatus, Headcount


class Place(BaseModel):
    """An area by code and name."""

    code: str = Field(examples=["51"])
    level: AreaLevel
    name_th: str
    name_en: str


class AreaRow(Place):
    """An area of the register as of a day. Also those whose time is over, or has not come: see `valid`."""

    valid: bool = Field(description="whether it is in force on the day that was asked for")
    valid_from: date | None
    valid_to: date | None = Field(description="the first day on which it is no more")
    successor: str
    into: tuple[str, ...] = Field(description="the areas that were split off from it")
    assumed: bool = Field(description="the code or name is ours, not the official list's")


class Counted(BaseModel):
    """Members: `new` are those of them who were registered as new members."""

    members: int
    new: int
    cards: int = Field(description="cards issued")
    confirmations: int = Field(description="how often an entry was confirmed in this fiscal year")
    generated: int = Field(
        description="registrations of generated people: where it is not 0, this is an example"
    )


class MembersRow(Counted, Place):
    """Members of one area; `registered` is false where the area register does not have it."""

    registered: bool


class Answer(BaseModel):
    """What every answer says: of which area, as of which day, from which positions."""

    area: Place
    on: date
    seen: SeenVector


class MembersAnswer(Answer):
    """`total` is the sum of all rows (of all pages) and of `unplaced`, what was recorded for a wider area only."""

    network: str
    total: Counted
    unplaced: Counted
    items: list[MembersRow]
    next: str | None


class TambonRow(Place):
    """A tambon; `villages` are those of it that have members."""

    covered: bool
    members: int
    villages: int
    first_member_on: date | None


class CoverageAnswer(Answer):
    """The tambons that are valid on the day. `outside` are members in tambons that are not."""

    network: str
    tambons: int
    covered: int
    uncovered: int
    villages: int
    outside: list[TambonRow]
    items: list[TambonRow]
    next: str | None


class TargetSaid(BaseModel):
    """A target: `target` = ceil(`base_value` × (100 + `percent`) / 100) members."""

    fiscal_year: int
    base_value: int
    base_date: date
    percent: int
    target: int
    set_on: date


class GrowthRow(BaseModel):
    """Growth. Everything but `current` is null where no baseline is recorded: no percentage is made up."""

    status: GrowthStatus
    current: int
    target: TargetSaid | None
    grown: int | None
    wanted: int | None
    missing: int | None
    progress: float | None = Field(description="grown ÷ wanted, 0 to 1")
    closing: int | None = Field(description="members on the last day of the fiscal year, once it is over")
    closing_status: GrowthStatus | None


class GrowthAnswer(Answer):
    """An area's growth against its target."""

    network: str
    growth: GrowthRow


class TallyRow(Place):
    """A count of one area and what it is made of."""

    total: int
    parts: Mapping[str, int]


class TallyAnswer(Answer):
    """A count by area; areas with none are left out."""

    total: int
    parts: Mapping[str, int]
    items: list[TallyRow]
    next: str | None


def place(area: Area) -> Place:
    """An area by code and name."""
    return Place(**named(area))


def named(area: Area) -> dict[str, str]:
    """The fields of `Place`."""
    return {"code": area.code, "level": area.level, "name_th": area.name_th, "name_en": area.name_en}


def counted(count: Headcount) -> Counted:
    """A headcount as it goes out."""
    return Counted.model_validate(count, from_attributes=True)
