"""The one rule for what has no day of its own: as its successor where one is named, else the end of its activity's period."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.calendar import fiscal_year, month_end
from services.reporting.catalogue.due.basis import basis_of
from services.reporting.catalogue.due.occurrences import ONCE, Occurrence, Year, occurrences
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.due import Unprinted
from services.reporting.catalogue.types.obligation import Obligation


def undated_occurrence(
    rule: Unprinted, obligation: Obligation, catalogue: Catalogue, year: Year
) -> Iterator[Occurrence]:
    """Its one day in the year. None where the row says why it `stays` undated, where its activity prints no last month,
    and where that lies in another year.

    The end is the latest on which it can be done at all, and so a convention and no printed deadline.
    """
    activity = catalogue.activities.get(obligation.activity or "")
    if rule.before is not None:
        after = occurrences(catalogue.obligations[rule.before].due, year, ())
        days = [one.due for one in after]
    elif rule.stays is None and activity is not None and activity.period.last is not None:
        days = [month_end(activity.period.last)]
    else:
        days = []
    if days and fiscal_year(min(days)) == year.number:
        yield Occurrence(ONCE, min(days), basis=basis_of(rule))
