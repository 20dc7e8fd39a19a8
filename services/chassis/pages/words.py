"""How pages say numbers, days and moments, in Thai and in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_timedelta

from services.chassis.days import BANGKOK
from services.chassis.problems import Language
from services.chassis.thai import long_date, short_date


@dataclass(frozen=True, slots=True)
class Spoken:
    """What people read, in one language."""

    lang: Language

    def number(self, n: int) -> str:
        """3,348: Arabic digits in both languages, as screens have them; Thai digits stand in official forms."""
        return f"{n:,}".replace("-", "−")

    def percent(self, share: float) -> str:
        """95.2 %, cut and not rounded up: 3,515 of 3,516 is not 100 %."""
        return f"{int(share * 1000) / 10:.1f} %"

    def day(self, day: date) -> str:
        """26 พ.ย. 2564, or 26 Nov 2021."""
        return short_date(day, thai=False) if self.lang == "th" else format_date(day, "d MMM y", locale="en")

    def long_day(self, day: date) -> str:
        """26 พฤศจิกายน 2564, or 26 November 2021."""
        return long_date(day, thai=False) if self.lang == "th" else format_date(day, "d MMMM y", locale="en")

    def moment(self, moment: datetime) -> str:
        """22 พ.ย. 2569 15:04:05 น., in Thai time."""
        local = moment.astimezone(BANGKOK)
        return f"{self.day(local.date())} {local:%H:%M:%S}" + (" น." if self.lang == "th" else "")

    def age(self, moment: datetime, now: datetime) -> str:
        """3 วินาทีที่ผ่านมา, 3 seconds ago; the page's script goes on from there in the same words."""
        # a clock that runs ahead must not make the future of what has happened
        since = max(now - moment, timedelta(seconds=1))
        return format_timedelta(-since, add_direction=True, threshold=1, locale=self.lang)
