"""What a unit owes in a fiscal year, dated: `schedule(unit, fiscal_year, events)` over the catalogue's obligations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from contracts.areas import level, within
from services.reporting.catalogue.due.basis import Basis, basis_of, printed_or_not
from services.reporting.catalogue.due.happened import CHOSEN, Correction, Happened
from services.reporting.catalogue.due.occurrences import Occurrence, WorkingDaysAfter, Year, occurrences
from services.reporting.catalogue.due.undated import undated_occurrence
from services.reporting.catalogue.types.activity import Where
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.due import (
    After,
    DueRule,
    Immediately,
    Unprinted,
    rules_of,
    triggers_of,
)
from services.reporting.catalogue.types.obligation import Obligation


@dataclass(frozen=True, slots=True)
class DatedObligation:
    """One thing that a unit owes by a day. `occurrence` is the month, quarter, round or event that it is for."""

    obligation: str
    area: str
    occurrence: str
    due: date
    opens: date | None = None
    event: str | None = None
    corrected: bool = False
    basis: Basis = Basis.PRINTED


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a unit may come to owe: once it is chosen for the activity, or once an event of the rule happens."""

    obligation: Obligation
    waits_for: Literal["choice", "event"]


@dataclass(frozen=True, slots=True)
class Schedules:
    """Dates obligations of a catalogue, with the corrections that were made to its rules."""

    catalogue: Catalogue
    corrections: Sequence[Correction] = ()
    working_days_after: WorkingDaysAfter | None = None

    def schedule(self, unit: str, fiscal_year: int, events: Iterable[Happened] = ()) -> list[DatedObligation]:
        """What the unit of an area ("5101" its district office, "51" its provincial one) owes, by day and id."""
        happened = [event for event in events if within(event.area, unit)]
        year = self._of(fiscal_year)
        dated = [
            one
            for obligation in self._owed(unit, fiscal_year, happened)
            for one in self._dated(obligation, unit, year, _concerning(obligation, happened))
        ]
        return sorted(dated, key=lambda one: (one.due, one.obligation, one.occurrence))

    def undated(self, unit: str, fiscal_year: int, events: Iterable[Happened] = ()) -> list[Obligation]:
        """What the unit owes although there is no day for it, not even one of ours (`undated.py`)."""
        happened = [event for event in events if within(event.area, unit)]
        year = self._of(fiscal_year)
        return [
            one
            for one in self._owed(unit, fiscal_year, happened)
            if isinstance(one.due, Unprinted) and not self._by_key(one, one.due, year, ())
        ]

    def waiting(self, unit: str, fiscal_year: int, events: Iterable[Happened] = ()) -> list[Waiting]:
        """What is neither dated nor undated as yet, for nothing was recorded that it depends on."""
        happened = [event for event in events if within(event.area, unit)]
        year = self._of(fiscal_year)
        found = []
        for one in self._possible(unit, fiscal_year):
            if not self._is_chosen(one, happened):
                found.append(Waiting(one, "choice"))
            elif any(triggers_of(one.due)) and not self._by_key(
                one, one.due, year, _concerning(one, happened)
            ):
                found.append(Waiting(one, "event"))
        return found

    def _owed(self, unit: str, fiscal_year: int, happened: Sequence[Happened]) -> Iterator[Obligation]:
        return (one for one in self._possible(unit, fiscal_year) if self._is_chosen(one, happened))

    def _possible(self, unit: str, fiscal_year: int) -> Iterator[Obligation]:
        """What units of this level in this province owe, whether or not they were chosen for it."""
        for obligation in self.catalogue.obligations.values():
            if (
                obligation.level == level(unit)
                and self._year(obligation) == fiscal_year
                and all(_lies_in(where, unit) for where in self._places(obligation))
            ):
                yield obligation

    def _is_chosen(self, obligation: Obligation, happened: Sequence[Happened]) -> bool:
        return not any(where.chosen for where in self._places(obligation)) or any(
            one.trigger == CHOSEN and one.activity == obligation.activity for one in happened
        )

    def _places(self, obligation: Obligation) -> Iterator[Where]:
        """Where it is held: the obligation's own provinces, its activity's and its programme's."""
        if obligation.where is not None:
            yield obligation.where
        activity = self.catalogue.activities.get(obligation.activity or "")
        if activity is not None and activity.where is not None:
            yield activity.where
        programme = self.catalogue.programmes.get(obligation.place.programme)
        if programme is not None and programme.provinces:
            yield Where(provinces=programme.provinces)

    def _year(self, obligation: Obligation) -> int:
        programme = self.catalogue.programmes.get(obligation.place.programme)
        return self.catalogue.fiscal_year if programme is None else programme.fiscal_year

    def _dated(
        self, obligation: Obligation, unit: str, year: Year, events: Sequence[Happened]
    ) -> Iterator[DatedObligation]:
        due = self._by_key(obligation, obligation.due, year, events)
        corrected: set[str] = set()
        for correction in sorted(self.corrections, key=lambda one: one.since):
            if correction.obligation == obligation.id:
                now = _corrected(
                    due, self._by_key(obligation, correction.due, year, events), correction.since
                )
                corrected = {key for key in now if now[key] != due.get(key) or key in corrected}
                due = now
        for key, one in due.items():
            event = one.event.id if one.event else None
            yield DatedObligation(
                obligation.id, unit, key, one.due, one.opens, event, key in corrected, one.basis
            )

    def basis(self, obligation: Obligation, fiscal_year: int, due: date | None) -> Basis | None:
        """What a deadline of an obligation rests on; None for a day that the catalogue does not say."""
        found = self._by_key(obligation, obligation.due, self._of(fiscal_year), ())
        known = next((one.basis for one in found.values() if one.due == due), None)
        if known is None and due is not None:
            counted = [rule for rule in rules_of(obligation.due) if isinstance(rule, After | Immediately)]
            known = printed_or_not(basis_of(counted[0]), obligation.confidence) if counted else None
        return known

    def _of(self, fiscal_year: int) -> Year:
        return Year(fiscal_year, self.catalogue.conventions, self.working_days_after)

    def _by_key(
        self, obligation: Obligation, rule: DueRule, year: Year, events: Sequence[Happened]
    ) -> dict[str, Occurrence]:
        if isinstance(rule, Unprinted):
            found = undated_occurrence(rule, obligation, self.catalogue, year)
        else:
            found = occurrences(rule, year, events)
        sure = obligation.confidence
        return {one.key: replace(one, basis=printed_or_not(one.basis, sure)) for one in found}


def _corrected(
    before: Mapping[str, Occurrence], after: Mapping[str, Occurrence], since: date
) -> dict[str, Occurrence]:
    """What was due before that day stays; the rest goes by the new rule, and never falls due before it was made."""
    kept = {key: one for key, one in before.items() if one.due < since}
    moved = {key: replace(one, due=max(one.due, since)) for key, one in after.items() if key not in kept}
    return kept | {key: one for key, one in moved.items() if key in before or after[key].due >= since}


def _lies_in(where: Where, unit: str) -> bool:
    return not where.provinces or any(within(unit, province) for province in where.provinces)


def _concerning(obligation: Obligation, happened: Sequence[Happened]) -> list[Happened]:
    """The events of its activity; of any, where it has none."""
    return [one for one in happened if obligation.activity is None or one.activity == obligation.activity]
