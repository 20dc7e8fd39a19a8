"""`chumchon catalogue due` and `… calendar`: what a unit owes, by day, for people, programs and their calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli.catalogue.asked import JsonOption, YearOption, show_json
from services.cli.catalogue.due_tables import show
from services.cli.catalogue.owed import Dated, Owed, owed

if TYPE_CHECKING:
    from services.reporting.catalogue import Catalogue
    from services.reporting.catalogue.due.schedule import Waiting
    from services.reporting.catalogue.types.obligation import Obligation
    from services.reporting.plan.calendar_file import Entry

app = typer.Typer()

AreaOption = Annotated[
    str, typer.Option(help="รหัสจังหวัด อำเภอ หรือตำบล · code of a province, district or tambon, as 5101")
]
FromOption = Annotated[
    str, typer.Option("--from", help="ตั้งแต่วันที่ · from this day, as 2021-10-01 or 1 ต.ค. 2564")
]
ToOption = Annotated[str, typer.Option("--to", help="ถึงวันที่ · to this day, included")]
OthersOption = Annotated[
    bool, typer.Option("--others", help="ของหน่วยงานอื่นนอกกรม · those of other departments' offices")
]
LangOption = Annotated[Literal["th", "en"], typer.Option(help="ภาษา · language")]


@app.command()
def due(
    area: AreaOption,
    since: FromOption = "",
    until: ToOption = "",
    year: YearOption = 2565,
    as_json: JsonOption = False,
) -> None:
    """กำหนดส่ง · what a unit owes, by day; what has no day, and what waits for a choice or for something to happen."""
    found = owed(area, since, until, year)
    if as_json:
        show_json(_told(found))
    else:
        show(found)


@app.command()
def calendar(
    area: AreaOption,
    since: FromOption = "",
    until: ToOption = "",
    year: YearOption = 2565,
    others: OthersOption = False,
    lang: LangOption = "th",
) -> None:
    """ปฏิทินตามแผน · the dated ones as an iCalendar file: `… > due.ics`. Moved deadlines are in the board's own, due.ics."""
    import sys

    from services.reporting.plan.calendar_file import calendar_file

    found = owed(area, since, until, year)
    rows = found.others if others else found.dated
    entries = [_entry(one, found.catalogue, lang) for one in rows]
    sys.stdout.buffer.write(calendar_file(f"กำหนดส่ง {found.name}", entries, datetime.now(UTC)))
    sys.stdout.buffer.flush()


def _entry(one: Dated, catalogue: Catalogue, lang: Literal["th", "en"]) -> Entry:
    from services.reporting.domain.obligation import obligation_stream
    from services.reporting.plan.calendar_file import Entry, category, uid, words
    from services.reporting.plan.owing import period
    from services.reporting.plan.promised import report_code

    day, row = one.day, one.obligation
    return Entry(
        uid=uid(obligation_stream(report_code(row.id), day.area, one.fiscal_year, period(day))),
        due=day.due,
        name=row.th if lang == "th" else row.en,
        kind=category(row, lang),
        told=tuple(words(row, catalogue, day.due, day.basis, lang, opens=day.opens)),
    )


def _told(found: Owed) -> dict[str, Any]:
    from services.reporting.plan.names import undated, waits_for

    def dated(one: Dated) -> dict[str, Any]:
        day = one.day
        told = {"due_on": day.due, "basis": day.basis, "opens_on": day.opens, "occurrence": day.occurrence}
        return told | _row(one.obligation, found.catalogue)

    def without(one: Obligation) -> dict[str, Any]:
        why_th, why_en = undated(one)
        return _row(one, found.catalogue) | {"why_th": why_th, "why_en": why_en}

    def waits(one: Waiting) -> dict[str, Any]:
        th, en = waits_for(one, found.catalogue)
        said = {"waits_for": one.waits_for, "waits_for_th": th, "waits_for_en": en}
        return _row(one.obligation, found.catalogue) | said

    return {
        "area": found.area,
        "name_th": found.name,
        "from": found.first,
        "to": found.last,
        "due": [dated(one) for one in found.dated],
        "undated": [without(one) for one in found.undated],
        "waiting": [waits(one) for one in found.waiting],
        "others": {
            "due": [dated(one) for one in found.others],
            "undated": [without(one) for one in found.undated_others],
            "waiting": [waits(one) for one in found.waiting_others],
        },
    }


def _row(one: Obligation, catalogue: Catalogue) -> dict[str, Any]:
    from services.reporting.plan.names import actor, actors

    who_th, who_en = actor(one.who, catalogue)
    return {
        "id": one.id, "th": one.th, "en": one.en, "kind": one.kind, "who": one.who, "who_th": who_th, "who_en": who_en,
        "to": one.to, "to_th": actors(one.to, catalogue), "to_en": actors(one.to, catalogue, "en"), "form": one.form,
        "channel": one.channel, "source": [str(each) for each in one.source],
    }  # fmt: skip
