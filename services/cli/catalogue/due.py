"""`chumchon catalogue due` and `… calendar`: what a unit owes, by day, for people, programs and their calendars."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contracts.areas import AreaLevel
from services.cli.catalogue.asked import JsonOption, YearOption, console, loaded, refuse, show_json, table

if TYPE_CHECKING:
    from services.reporting.catalogue.due.schedule import DatedObligation
    from services.reporting.catalogue.types.obligation import Obligation

app = typer.Typer()

AreaOption = Annotated[
    str, typer.Option(help="รหัสจังหวัด อำเภอ หรือตำบล · code of a province, district or tambon, as 5101")
]
FromOption = Annotated[
    str, typer.Option("--from", help="ตั้งแต่วันที่ · from this day, as 2021-10-01 or 1 ต.ค. 2564")
]
ToOption = Annotated[str, typer.Option("--to", help="ถึงวันที่ · to this day, included")]
_UNITS = {
    AreaLevel.PROVINCE: "สำนักงานพัฒนาชุมชนจังหวัด",
    AreaLevel.DISTRICT: "สำนักงานพัฒนาชุมชนอำเภอ",
    AreaLevel.TAMBON: "ตำบล",
}
WAITS = {
    "choice": "ยังไม่มีบันทึกว่าพื้นที่นี้ได้รับคัดเลือก · no choice of this area is recorded",
    "event": "ยังไม่มีเหตุการณ์ที่ต้องนับวัน · nothing happened yet that its days are counted from",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """What a unit owes between two days."""

    area: str
    name: str
    first: date
    last: date
    dated: list[tuple[DatedObligation, Obligation]]
    undated: list[Obligation]
    waiting: Counter[str]


@app.command()
def due(
    area: AreaOption,
    since: FromOption = "",
    until: ToOption = "",
    year: YearOption = 2565,
    as_json: JsonOption = False,
) -> None:
    """กำหนดส่ง · what a unit owes, by day; and what has no day, or waits for something to happen."""
    from services.chassis.thai import short_date

    owed = _owed(area, since, until, year)
    if as_json:
        show_json(_told(owed))
        return
    between = f"{short_date(owed.first, thai=False)} – {short_date(owed.last, thai=False)}"
    headings = (
        "กำหนด · due",
        "รายการ · what",
        "ประเภท · kind",
        "ส่งให้ · to",
        "ช่องทาง · channel",
        "id",
        "source",
    )
    made = table(f"{owed.name} · {between}", *headings)
    for day, one in owed.dated:
        when = short_date(day.due, thai=False)
        opens = f"ตั้งแต่ {short_date(day.opens, thai=False)}\nถึง " if day.opens else ""
        made.add_row(opens + when, one.th, one.kind, ", ".join(one.to), one.channel, one.id, _source(one))
    out = console()
    out.print(made)
    if owed.undated:
        undated = table("ไม่มีกำหนดวันที่ในเอกสาร · no day is printed", "รายการ · what", "why", "id", "source")
        for one in owed.undated:
            undated.add_row(one.th, getattr(one.due, "unprinted", ""), one.id, _source(one))
        out.print(undated)
    for reason, n in owed.waiting.items():
        out.print(f"{n} รายการยังไม่ลงวัน · not dated: {WAITS[reason]}", style="dim")


@app.command()
def calendar(area: AreaOption, since: FromOption = "", until: ToOption = "", year: YearOption = 2565) -> None:
    """ปฏิทิน · the dated ones as an iCalendar file, to open in or import to a calendar: `… > due.ics`."""
    import sys

    from services.reporting.plan.calendar_file import calendar_file

    owed = _owed(area, since, until, year)
    sys.stdout.buffer.write(calendar_file(owed.name, owed.dated, datetime.now(UTC)))
    sys.stdout.buffer.flush()


def _owed(area: str, since: str, until: str, year: int) -> Owed:
    """Read the question; ends the command with exit code 2 where it makes no sense."""
    from contracts.calendar import fiscal_year, fiscal_year_end, fiscal_year_start
    from services.reporting.plan.promised import schedules

    catalogue = loaded(year)
    code, name = _unit(area)
    first = _day(since, fiscal_year_start(year))
    last = _day(until, fiscal_year_end(year))
    if last < first:
        refuse("วันที่สิ้นสุด (--to) มาก่อนวันที่เริ่ม (--from)", "--to is before --from.")
    plan = schedules(year)
    programmes = {one.fiscal_year for one in catalogue.programmes.values()}
    asked = sorted({year, *programmes} & set(range(fiscal_year(first), fiscal_year(last) + 1)))
    dated = [
        (one, catalogue.obligations[one.obligation])
        for each in asked
        for one in plan.schedule(code, each)
        if first <= one.due <= last
    ]
    return Owed(
        area=code,
        name=name,
        first=first,
        last=last,
        dated=sorted(dated, key=lambda one: (one[0].due, one[0].obligation, one[0].occurrence)),
        undated=[one for each in asked for one in plan.undated(code, each)],
        waiting=Counter(one.waits_for for each in asked for one in plan.waiting(code, each)),
    )


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


def _source(one: Obligation) -> str:
    return ", ".join(map(str, one.source))


def _told(owed: Owed) -> dict[str, Any]:
    return {
        "area": owed.area,
        "name_th": owed.name,
        "from": owed.first,
        "to": owed.last,
        "due": [
            {"due_on": day.due, "opens_on": day.opens, "occurrence": day.occurrence} | _row(one)
            for day, one in owed.dated
        ],
        "undated": [_row(one) for one in owed.undated],
        "waiting": owed.waiting,
    }


def _row(one: Obligation) -> dict[str, Any]:
    return {
        "id": one.id, "th": one.th, "en": one.en, "kind": one.kind, "who": one.who, "to": one.to,
        "form": one.form, "channel": one.channel, "source": [str(each) for each in one.source],
    }  # fmt: skip
