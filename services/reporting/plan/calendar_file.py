"""What a unit owes as an iCalendar file (RFC 5545): an all-day event a deadline, in Thai, with a stable id each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from contracts.ids import derived
from services.chassis.thai import long_date
from services.reporting.catalogue.due.schedule import DatedObligation
from services.reporting.catalogue.types.obligation import Obligation

KINDS = {"report": "รายงาน", "record": "บันทึกข้อมูล", "plan": "แผน", "act": "ดำเนินการ"}
"""The categories."""

WARNING = timedelta(days=-7, hours=9)
"""When a calendar reminds of a deadline: at nine in the morning, a week before. Ours."""


def calendar_file(unit: str, dated: Iterable[tuple[DatedObligation, Obligation]], made_at: datetime) -> bytes:
    """The file, UTF-8. Made again, the same obligation has the same id, so that a calendar moves it and adds none."""
    calendar = Calendar()
    calendar.add("prodid", "-//Chumchon//FY catalogue//TH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"กำหนดส่ง {unit}")
    for day, obligation in dated:
        calendar.add_component(_event(unit, day, obligation, made_at))
    return bytes(calendar.to_ical())


def _event(unit: str, day: DatedObligation, obligation: Obligation, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{derived('due', day.obligation, day.area, day.occurrence)}@chumchon")
    event.add("dtstamp", made_at)
    event.add("summary", obligation.th)
    event.add("description", "\n".join(_told(unit, day, obligation)))
    event.add("dtstart", day.due)
    event.add("dtend", day.due + timedelta(days=1))
    event.add("categories", [KINDS[obligation.kind]])
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", obligation.th)
    alarm.add("trigger", WARNING)
    event.add_component(alarm)
    return event


def _told(unit: str, day: DatedObligation, obligation: Obligation) -> Iterable[str]:
    yield f"กำหนดส่ง {long_date(day.due, thai=False)} · {unit}"
    if day.opens:
        yield f"เริ่มได้ตั้งแต่ {long_date(day.opens, thai=False)}"
    if obligation.form:
        yield f"แบบฟอร์ม: {obligation.form}"
    if obligation.channel:
        yield f"ช่องทาง: {obligation.channel}"
    yield obligation.en
    yield f"{obligation.id} · {', '.join(map(str, obligation.source))}"
