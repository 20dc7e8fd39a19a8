"""When a report is due: a small closed set of rules. What the sources leave open is a convention, not a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from services.reporting.catalogue.types.model import Model, told_by
from services.reporting.catalogue.types.printed import Day, Month, Whole
from services.reporting.catalogue.types.refused import wrong
from services.reporting.catalogue.types.row import ID, Name, Text
from services.reporting.catalogue.types.spending import QuarterNumber

MonthNumber = Annotated[int, Field(ge=1, le=12)]


class OnDate(Model):
    """{date: 2022-03-31}: once."""

    date: Day


class OnDates(Model):
    """{dates: [2021-02-05, 2021-02-20]}: several rounds."""

    dates: Annotated[tuple[Day, ...], Field(min_length=2)]


class Within(Model):
    """{within: 2021-12}: "within December 2564"; which day that is, is a convention (the last)."""

    within: Month


class After(Model):
    """{after: activity-ended, days: 7, counted: calendar}: so long after each event of a kind.

    Where the source only says "7 days", `counted` is left out and the convention decides.
    """

    after: Name
    days: Whole
    counted: Literal["calendar", "business"] | None = None


class Immediately(Model):
    """{immediately: fraud-suspected}: on the day of the event itself."""

    immediately: Name


class Monthly(Model):
    """{monthly: 25} or {monthly: last}: on that day of every month from `first` to `last` (the fiscal year where left out).

    "Every month" names no day: the last one is then the convention's, unless `day_printed`.
    """

    monthly: Annotated[int, Field(ge=1, le=28)] | Literal["last"]
    first: Month | None = None
    last: Month | None = None
    day_printed: bool = False


class Quarterly(Model):
    """{quarterly: end}: on the last day of each quarter, or of those named; by convention, unless `day_printed`."""

    quarterly: Literal["end"]
    quarters: tuple[QuarterNumber, ...] = (1, 2, 3, 4)
    day_printed: bool = False


class Yearly(Model):
    """{yearly: 3}: every fiscal year at the end of that month."""

    yearly: MonthNumber


class Window(Model):
    """{opens: 2022-05-01, closes: 2022-07-31}: may be done from the first day, is due on the last."""

    opens: Day
    closes: Day

    @model_validator(mode="after")
    def _runs_forwards(self) -> Window:
        if self.closes < self.opens:
            raise wrong("window", "closes ต้องไม่ก่อน opens", "closes before it opens")
        return self


class MonthWindow(Model):
    """{from_month: 2022-05, to_month: 2022-07}: a window printed in months; it ends as `Within` ends."""

    from_month: Month
    to_month: Month

    @model_validator(mode="after")
    def _runs_forwards(self) -> MonthWindow:
        if self.to_month < self.from_month:
            raise wrong("window", "to_month ต้องไม่ก่อน from_month", "ends before it begins")
        return self


class EarlierOf(Model):
    """{earlier_of: [{after: …}, {date: …}]}: both are printed; the earlier is due."""

    earlier_of: Annotated[tuple[DueRule, ...], Field(min_length=2)]


class Unprinted(Model):
    """{unprinted: "no day; before the selection"}: must be done, has no day of its own. The words are ours.

    One rule says when it is due (`due/undated.py`): with `before`, when that obligation is; else at the end of its
    activity's period; `stays` says why not even then.
    """

    unprinted: Text
    before: Annotated[str, Field(pattern=ID)] | None = None
    stays: Literal["after-the-end", "again-and-again", "when-it-happens", "announced"] | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Unprinted:
        if self.before is not None and self.stays is not None:
            raise wrong("undated", "before กับ stays ใช้พร้อมกันไม่ได้", "has a before or a stays, not both")
        return self


DueRule = Annotated[
    Annotated[OnDate, Tag("date")]
    | Annotated[OnDates, Tag("dates")]
    | Annotated[Within, Tag("within")]
    | Annotated[After, Tag("after")]
    | Annotated[Immediately, Tag("immediately")]
    | Annotated[Monthly, Tag("monthly")]
    | Annotated[Quarterly, Tag("quarterly")]
    | Annotated[Yearly, Tag("yearly")]
    | Annotated[Window, Tag("opens")]
    | Annotated[MonthWindow, Tag("from_month")]
    | Annotated[EarlierOf, Tag("earlier_of")]
    | Annotated[Unprinted, Tag("unprinted")],
    told_by(
        "date", "dates", "within", "after", "immediately", "monthly", "quarterly", "yearly", "opens", "from_month",
        "earlier_of", "unprinted",
    ),
]  # fmt: skip

EarlierOf.model_rebuild()


class Conventions(Model):
    """What a year takes where the sources are silent (domain/README, decision 4)."""

    month_means: Literal["last-day", "first-day"] = "last-day"
    days_are: Literal["calendar", "business"] = "calendar"


def rules_of(rule: DueRule) -> Iterator[DueRule]:
    """The rule itself, or those of which the earlier counts."""
    if isinstance(rule, EarlierOf):
        for one in rule.earlier_of:
            yield from rules_of(one)
    else:
        yield rule


def triggers_of(rule: DueRule) -> Iterator[str]:
    """The kinds of event that a rule waits for."""
    for one in rules_of(rule):
        match one:
            case After(after=trigger) | Immediately(immediately=trigger):
                yield trigger
            case _:
                continue
