"""What a unit owes between two days, as the catalogue's commands ask for it; other departments' offices apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from contracts.areas import AreaLevel
from services.cli.catalogue.asked import refuse, tell_faults

if TYPE_CHECKING:
    from services.reporting.catalogue import Catalogue
    from services.reporting.catalogue.due.schedule import DatedObligation, Waiting
    from services.reporting.catalogue.types.obligation import Obligation

_UNITS = {
    AreaLevel.PROVINCE: "สำนักงานพัฒนาชุมชนจังหวัด",
    AreaLevel.DISTRICT: "สำนักงานพัฒนาชุมชนอำเภอ",
    AreaLevel.TAMBON: "ตำบล",
}


@dataclass(frozen=True, slots=True)
class Dated:
    """One deadline of a fiscal year (B.E.)."""

    fiscal_year: int
    day: DatedObligation
    obligation: Obligation


@dataclass(frozen=True, slots=True)
class Owed:
    """What a unit owes between two days. `others` are duties of offices of other departments in its area."""

    area: str
    name: str
    first: date
    last: date
    catalogue: Catalogue
    dated: list[Dated]
    others: list[Dated]
    undated: list[Obligation]
    undated_others: list[Obligation]
    waiting: list[Waiting]
    waiting_others: list[Waiting]


def owed(area: str, since: str, until: str, year: int) -> Owed:
    """Read the question; ends the command with exit code 2 where it makes no sense."""
    from contracts.calendar import fiscal_year, fiscal_year_end, fiscal_year_start
    from services.reporting.plan.promised import of_another_department, schedules

    catalogue = _catalogue(year)
    code, name = _unit(area)
    first = _day(since, fiscal_year_start(year))
    last = _day(until, fiscal_year_end(year))
    if last < first:
        refuse("วันที่สิ้นสุด (--to) มาก่อนวันที่เริ่ม (--from)", "--to is before --from.")
    plan = schedules(catalogue.fiscal_year)
    known = {catalogue.fiscal_year, *(one.fiscal_year for one in catalogue.programmes.values())}
    asked = sorted(known & set(range(fiscal_year(first), fiscal_year(last) + 1)))
    dated = [
        Dated(each, one, catalogue.obligations[one.obligation])
        for each in asked
        for one in plan.schedule(code, each)
        if first <= one.due <= last
    ]
    dated.sort(key=lambda one: (one.day.due, one.day.obligation, one.day.occurrence))
    undated = [one for each in asked for one in plan.undated(code, each)]
    waiting = [one for each in asked for one in plan.waiting(code, each)]

    def foreign(obligation: Obligation) -> bool:
        return of_another_department(obligation, catalogue)

    return Owed(
        area=code,
        name=name,
        first=first,
        last=last,
        catalogue=catalogue,
        dated=[one for one in dated if not foreign(one.obligation)],
        others=[one for one in dated if foreign(one.obligation)],
        undated=[one for one in undated if not foreign(one)],
        undated_others=[one for one in undated if foreign(one)],
        waiting=[one for one in waiting if not foreign(one.obligation)],
        waiting_others=[one for one in waiting if foreign(one.obligation)],
    )


def _catalogue(year: int) -> Catalogue:
    """The catalogue that has the year, its own or a programme's."""
    import typer

    from services.cli.catalogue.asked import FAULTS
    from services.reporting.catalogue import Faulty
    from services.reporting.plan.promised import NoCatalogue, covering, years_covered

    try:
        return covering(year)
    except NoCatalogue:
        known = ", ".join(map(str, years_covered()))
        refuse(
            f"ไม่มีแผนหรือโครงการของปีงบประมาณ พ.ศ. {year} มีเฉพาะปี {known}",
            f"Nothing is known of the fiscal year {year} (B.E.); there is something of {known}.",
        )
    except Faulty as error:
        tell_faults(error.faults)
        raise typer.Exit(FAULTS) from None


def _unit(area: str) -> tuple[str, str]:
    """The code and the name of an area's office; of a tambon itself, whose committee and workers owe things, too."""
    from services.chassis.thai import arabic_digits
    from services.cli.areas import area_rows
    from services.reporting.plan.promised import has_office

    code = arabic_digits(area.strip())
    found = next((row for row in area_rows() if row.code == code), None)
    if found is None:
        refuse(f"ไม่มีพื้นที่รหัส {area} ในทะเบียน", f"The area register has no area {area}.")
    if not has_office(code[:4]):
        refuse(
            f"พื้นที่ {code} ({found.name_th}) ไม่มีหน่วยงานของกรมการพัฒนาชุมชน",
            f"Area {code} ({found.name_en}) has no office of the Community Development Department.",
        )
    return code, f"{_UNITS[AreaLevel(found.level)]}{found.name_th}"


def _day(typed: str, otherwise: date) -> date:
    from services.chassis.thai import Unreadable, read_date

    if not typed:
        return otherwise
    try:
        return read_date(typed)
    except Unreadable as wrong:
        refuse(wrong.th, wrong.en)
