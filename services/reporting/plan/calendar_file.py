"""What a unit owes as an iCalendar file (RFC 5545): an all-day event a deadline, with an id that is the obligation's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from services.chassis.thai import long_date
from services.reporting.catalogue import Catalogue
from services.reporting.catalogue.due.basis import Basis
from services.reporting.catalogue.types.obligation import Obligation
from services.reporting.plan.names import BASES, KINDS, Lang, actor, in_language

WARNING = timedelta(days=-7, hours=9)
"""When a calendar reminds of a deadline: at nine in the morning, a week before. Ours."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deadline. `sequence` counts its moves, `modified` is when the last was said (UTC): a calendar that has it
    already moves it. `cancelled`: it has no deadline any more. `open`: still owed, so that the calendar reminds."""

    uid: str
    due: date
    name: str
    kind: str
    told: tuple[str, ...]
    sequence: int = 0
    modified: datetime | None = None
    cancelled: bool = False
    open: bool = True


def calendar_file(title: str, entries: Iterable[Entry], made_at: datetime) -> bytes:
    """The file, UTF-8. Made again, the same obligation has the same id, so that a calendar moves it and adds none."""
    calendar = Calendar()
    calendar.add("prodid", "-//Chumchon//FY catalogue//TH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for entry in entries:
        calendar.add_component(_event(entry, made_at))
    return bytes(calendar.to_ical())


def uid(obligation_id: str) -> str:
    """The id of an obligation's event: that of its stream, so that the plan's file and the office's say one thing."""
    return f"{obligation_id}@chumchon"


def words(
    obligation: Obligation,
    catalogue: Catalogue,
    due: date,
    basis: Basis,
    lang: Lang,
    *,
    opens: date | None = None,
) -> Iterator[str]:
    """What an event says below its name. A day that is not printed is told as ours."""
    thai = lang == "th"
    day = long_date(due, thai=False) if thai else f"{due:%-d %B %Y}"
    yield f"{'กำหนดส่ง' if thai else 'due'} {day} ({in_language(BASES[basis], lang)})"
    if opens:
        yield f"เริ่มได้ตั้งแต่ {long_date(opens, thai=False)}" if thai else f"from {opens:%-d %B %Y}"
    yield f"{'ผู้ดำเนินการ' if thai else 'who'}: {in_language(actor(obligation.who, catalogue), lang)}"
    if obligation.form:
        yield f"{'แบบฟอร์ม' if thai else 'form'}: {obligation.form}"
    if obligation.channel:
        yield f"{'ช่องทาง' if thai else 'channel'}: {obligation.channel}"
    yield f"{obligation.id} · {', '.join(map(str, obligation.source))}"


def category(obligation: Obligation, lang: Lang) -> str:
    """The kind of duty."""
    return in_language(KINDS[obligation.kind], lang)


def _event(entry: Entry, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made_at)
    event.add("last-modified", entry.modified or made_at)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("summary", entry.name)
    event.add("description", "\n".join(entry.told))
    event.add("dtstart", entry.due)
    event.add("dtend", entry.due + timedelta(days=1))
    event.add("categories", [entry.kind])
    event.add("transp", "TRANSPARENT")
    if entry.open and not entry.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.name)
        alarm.add("trigger", WARNING)
        event.add_component(alarm)
    return event
