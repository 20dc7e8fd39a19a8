"""A due list for people: what has a day, what has none, what waits; the same of other departments' offices below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.cli.catalogue.asked import console, table
from services.cli.catalogue.owed import Dated, Owed

if TYPE_CHECKING:
    from rich.console import Console

    from services.reporting.catalogue import Catalogue
    from services.reporting.catalogue.due.schedule import Waiting
    from services.reporting.catalogue.types.obligation import Obligation


def show(found: Owed) -> None:
    """On standard output. A day that is not printed has a number, which is explained below the table."""
    from services.chassis.thai import short_date

    between = f"{short_date(found.first, thai=False)} – {short_date(found.last, thai=False)}"
    out = console()
    _show_dated(out, f"{found.name} · {between}", found.dated, found.catalogue)
    _show_undated(out, "ไม่มีกำหนดวัน · without a day", found.undated, found.catalogue)
    _show_waiting(
        out, "รอการคัดเลือกหรือเหตุการณ์ · waiting for a choice or an event", found.waiting, found.catalogue
    )
    other = "ของหน่วยงานอื่นนอกกรมการพัฒนาชุมชน · of other departments' offices"
    if found.others:
        _show_dated(out, other, found.others, found.catalogue)
    _show_undated(out, f"{other}: ไม่มีกำหนดวัน · without a day", found.undated_others, found.catalogue)
    _show_waiting(out, f"{other}: รอ · waiting", found.waiting_others, found.catalogue)


def _show_dated(out: Console, title: str, rows: Sequence[Dated], catalogue: Catalogue) -> None:
    from services.chassis.thai import short_date
    from services.reporting.catalogue.due.basis import Basis
    from services.reporting.plan.names import BASES, KINDS, actor, actors

    made = table(
        title, "กำหนด · due", "รายการ · what", "ประเภท · kind", "ผู้ทำ · who", "ส่งให้ · to", "ช่องทาง · channel",
        "รหัส · id", "ที่มา · source",
    )  # fmt: skip
    marks: dict[Basis, int] = {}
    for each in rows:
        day, one = each.day, each.obligation
        when = short_date(day.due, thai=False)
        opens = f"ตั้งแต่ {short_date(day.opens, thai=False)}\nถึง " if day.opens else ""
        taken = "" if day.basis is Basis.PRINTED else f" ({marks.setdefault(day.basis, len(marks) + 1)})"
        who, to = actor(one.who, catalogue)[0], actors(one.to, catalogue)
        made.add_row(
            opens + when + taken, one.th, KINDS[one.kind][0], who, to, one.channel, one.id, _source(one)
        )
    out.print(made)
    for basis, mark in marks.items():
        out.print(f"({mark}) {BASES[basis][0]} · {BASES[basis][1]}", style="dim")


def _show_undated(out: Console, title: str, rows: Sequence[Obligation], catalogue: Catalogue) -> None:
    from services.reporting.plan.names import actor, undated

    if not rows:
        return
    made = table(title, "รายการ · what", "ผู้ทำ · who", "เพราะ · why", "รหัส · id", "ที่มา · source")
    for one in rows:
        made.add_row(one.th, actor(one.who, catalogue)[0], undated(one)[0], one.id, _source(one))
    out.print(made)


def _show_waiting(out: Console, title: str, rows: Sequence[Waiting], catalogue: Catalogue) -> None:
    from services.reporting.plan.names import actor, waits_for

    if not rows:
        return
    made = table(title, "รายการ · what", "ผู้ทำ · who", "รอ · waits for", "รหัส · id", "ที่มา · source")
    for each in rows:
        one = each.obligation
        made.add_row(
            one.th, actor(one.who, catalogue)[0], waits_for(each, catalogue)[0], one.id, _source(one)
        )
    out.print(made)


def _source(one: Obligation) -> str:
    return ", ".join(map(str, one.source))
