"""What stands in the catalogue's own words, said to people in Thai and in English: who acts, what kind it is, why that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from services.reporting.catalogue import Catalogue
from services.reporting.catalogue.due.basis import Basis
from services.reporting.catalogue.due.schedule import Waiting
from services.reporting.catalogue.types.due import Unprinted, triggers_of
from services.reporting.catalogue.types.obligation import Obligation

Lang = Literal["th", "en"]
Said = tuple[str, str]
"""Thai and English."""

KINDS: Mapping[str, Said] = MappingProxyType(
    {
        "report": ("รายงาน", "report"),
        "record": ("บันทึกข้อมูล", "record"),
        "plan": ("แผน", "plan"),
        "act": ("ดำเนินการ", "act"),
    }
)

BASES: Mapping[Basis, Said] = MappingProxyType(
    {
        Basis.PRINTED: ("พิมพ์ไว้ในเอกสาร", "printed"),
        Basis.MONTH_END: (
            "วันสิ้นเดือน ระบบกำหนด เอกสารพิมพ์เฉพาะเดือน",
            "month's end, ours: only the month is printed",
        ),
        Basis.QUARTER_END: (
            "วันสิ้นไตรมาส ระบบกำหนด เอกสารพิมพ์เฉพาะไตรมาส",
            "quarter's end, ours: only the quarter is printed",
        ),
        Basis.CALENDAR_DAYS: (
            "นับวันปฏิทิน ระบบกำหนด เอกสารไม่ได้ระบุว่าวันทำการหรือไม่",
            "calendar days, ours: which days are meant is not printed",
        ),
        Basis.PERIOD_END: (
            "สิ้นระยะเวลาของกิจกรรม ระบบกำหนด เอกสารไม่ได้พิมพ์กำหนด",
            "the end of the activity's period, ours: no day is printed",
        ),
        Basis.BEFORE_ANOTHER: (
            "ตามกำหนดของงานที่ต้องใช้ต่อ ระบบกำหนด เอกสารไม่ได้พิมพ์กำหนด",
            "the day of what comes after it, ours: no day is printed",
        ),
        Basis.SET: ("กำหนดโดยผู้รับรายงาน", "set by who receives the report"),
        Basis.READING: (
            "สรุปจากเอกสารซึ่งไม่ได้พิมพ์ไว้ตรง ๆ",
            "derived from the source, where it is not printed so",
        ),
    }
)

UNDATED: Mapping[str | None, Said] = MappingProxyType(
    {
        "after-the-end": (
            "หลังกิจกรรมแล้วเสร็จ ไม่ได้พิมพ์จำนวนวัน",
            "after the activity has ended; no number of days is printed",
        ),
        "again-and-again": ("ทำต่อเนื่อง ไม่ได้พิมพ์ความถี่", "again and again; how often is not printed"),
        "when-it-happens": ("เมื่อเกิดเหตุ ไม่ได้พิมพ์กำหนด", "when it happens; no day is printed"),
        "announced": ("ตามที่จะแจ้งกำหนด", "on a day that is announced"),
        None: ("เอกสารไม่ได้พิมพ์วันหรือระยะเวลา", "neither a day nor a period is printed"),
    }
)


def in_language(said: Said, lang: Lang) -> str:
    """One of the two."""
    return said[0] if lang == "th" else said[1]


def actor(name: str, catalogue: Catalogue) -> Said:
    """An office, body, role or level: `cd-worker` is พัฒนากร. KeyError for none, which the catalogue's check finds."""
    row = catalogue.levels.get(name) or catalogue.actors[name]
    return row.th, row.en


def actors(names: Iterable[str], catalogue: Catalogue, lang: Lang = "th") -> str:
    """Several of them in one cell."""
    return ", ".join(in_language(actor(name, catalogue), lang) for name in names)


def unplanned(code: str) -> Said:
    """The name of a report that the year's catalogue does not have: its code is all that is known of it."""
    return f"รายงานนอกแผนของปี รหัส {code}", f"a report outside the year's plan, code {code}"


def undated(obligation: Obligation) -> Said:
    """Why it has no day."""
    return UNDATED[obligation.due.stays if isinstance(obligation.due, Unprinted) else None]


def waits_for(waiting: Waiting, catalogue: Catalogue) -> Said:
    """What it waits for: the choice of the area for an activity, or an event, in an activity where it has one."""
    activity = catalogue.activities.get(waiting.obligation.activity or "")
    th, en = (f" ({activity.th})", f" ({activity.en})") if activity else ("", "")
    if waiting.waits_for == "choice":
        return f"การคัดเลือกพื้นที่เข้ากิจกรรม{th}", f"the choice of the area for the activity{en}"
    events = [catalogue.triggers[name] for name in triggers_of(waiting.obligation.due)]
    return (
        " หรือ ".join(one.th for one in events) + th,
        " or ".join(one.en for one in events) + en,
    )
