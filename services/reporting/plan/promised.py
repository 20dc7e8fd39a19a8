"""The catalogue in a running program: read once, and what it says of a report and of a national target."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType

from contracts.areas import AreaLevel, level, within
from contracts.calendar import working_days_after
from contracts.funds import FundKind
from contracts.holidays import PUBLIC
from contracts.reporting import ReportLevel
from services.reporting.catalogue import Catalogue, load
from services.reporting.catalogue.due.basis import Basis
from services.reporting.catalogue.due.schedule import Schedules
from services.reporting.catalogue.files import years
from services.reporting.catalogue.types.obligation import Obligation

UPGRADES: Mapping[FundKind, str] = MappingProxyType({FundKind.POVERTY: "M12.1", FundKind.SAVINGS: "M13.2"})
"""The official KPIs that ask how many funds of a kind go up a level in the whole country."""


BANGKOK = "10"
"""Has districts, but no office of the department: 003:6864 counts 76 provincial ones."""


class NoCatalogue(LookupError):
    """There is no catalogue of this fiscal year."""


@cache
def catalogue_of(fiscal_year: int) -> Catalogue:
    """The catalogue of a B.E. fiscal year; the first call of a process reads its files (less than half a second).

    Raises `NoCatalogue`, and `Faulty` for one that cannot be taken as it is.
    """
    if fiscal_year not in years():
        raise NoCatalogue(fiscal_year)
    return load(fiscal_year)


@cache
def schedules(fiscal_year: int) -> Schedules:
    """What dates the obligations of a year's catalogue, with the public holidays. Raises as `catalogue_of`."""
    return Schedules(catalogue_of(fiscal_year), working_days_after=_working_days_after)


@cache
def covering(fiscal_year: int) -> Catalogue:
    """The catalogue that says something of a fiscal year: the year's own, or one with a programme of that year.

    Raises `NoCatalogue`, and `Faulty` as `catalogue_of`.
    """
    if fiscal_year in years():
        return catalogue_of(fiscal_year)
    for year in years():
        if any(one.fiscal_year == fiscal_year for one in catalogue_of(year).programmes.values()):
            return catalogue_of(year)
    raise NoCatalogue(fiscal_year)


def years_covered() -> tuple[int, ...]:
    """The fiscal years (B.E.) that anything is known of, programmes' years too."""
    of_programmes = {one.fiscal_year for year in years() for one in catalogue_of(year).programmes.values()}
    return tuple(sorted({*years(), *of_programmes}))


def of_another_department(obligation: Obligation, catalogue: Catalogue) -> bool:
    """Whether it belongs to a programme whose reports another department's office receives, from an office not ours."""
    programme = catalogue.programmes.get(obligation.place.programme)
    return programme is not None and programme.receives not in set(ReportLevel)


def has_office(area: str) -> bool:
    """Whether the area is a unit of the department: a province or a district, of the 76 provinces without Bangkok."""
    return level(area) in (AreaLevel.PROVINCE, AreaLevel.DISTRICT) and not within(area, BANGKOK)


def report_code(obligation: str) -> str:
    """The code of an obligation in events and addresses: DUTY-13-DATA is `duty-13-data`, BMN-1.2.1-BPM `bmn-1-2-1-bpm`."""
    return obligation.lower().replace(".", "-")


@cache
def _by_code(fiscal_year: int) -> Mapping[str, Obligation]:
    return {report_code(one.id): one for one in catalogue_of(fiscal_year).obligations.values()}


def report(code: str, fiscal_year: int) -> Obligation | None:
    """What the catalogue says of a report; None for one of another origin, or of a year without a catalogue."""
    return _by_code(fiscal_year).get(code) if fiscal_year in years() else None


@lru_cache(maxsize=4096)
def basis(code: str, fiscal_year: int, due_on: date | None) -> Basis | None:
    """What a report's deadline rests on; None where it has no deadline."""
    if due_on is None:
        return None
    known = report(code, fiscal_year)
    said = schedules(fiscal_year).basis(known, fiscal_year, due_on) if known is not None else None
    return said or Basis.SET


def twin(code: str, fiscal_year: int) -> str | None:
    """The code of the other row of one record, printed for "district/province"; None where there is none."""
    return _twins(fiscal_year).get(code)


@cache
def _twins(fiscal_year: int) -> Mapping[str, str]:
    rows = _by_code(fiscal_year) if fiscal_year in years() else {}
    return {code: report_code(row.twin) for code, row in rows.items() if row.twin is not None}


@cache
def national_upgrades() -> Mapping[int, Mapping[str, int]]:
    """B.E. fiscal year → kind of fund → upgrades that the whole country is to reach. Areas' quotas are not printed."""
    return {year: _upgrades(catalogue_of(year)) for year in years()}


def _upgrades(catalogue: Catalogue) -> Mapping[str, int]:
    asked = {
        kind.value: catalogue.kpis[kpi].target for kind, kpi in UPGRADES.items() if kpi in catalogue.kpis
    }
    return {kind: int(target.value) for kind, target in asked.items() if target is not None}


def _working_days_after(day: date, number: int) -> date:
    return working_days_after(day, number, PUBLIC)
