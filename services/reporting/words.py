"""How the board says things in Thai and in English: texts, numbers, dates, ages and names of areas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_timedelta

from contracts.areas import AreaLevel
from services.chassis.days import BANGKOK
from services.chassis.problems import Language
from services.chassis.problems import language as preferred
from services.chassis.thai import long_date, short_date
from services.reporting.texts import TEXTS
from services.reporting.views import Area

GEOTHAI = "https://github.com/GeoThai/data"


def language(asked: str, accepted: str) -> Language:
    """The language that was asked for; else what Accept-Language likes better, Thai where it names neither."""
    known: dict[str, Language] = {"th": "th", "en": "en"}
    return known.get(asked) or preferred(accepted)


@dataclass(frozen=True, slots=True)
class Words:
    """The board's words in one language; `words("members")` is a text, `words("of", n="1")` one with its blanks filled."""

    lang: Language

    def __call__(self, key: str, **blanks: object) -> str:
        """The text of a key; KeyError for one that does not exist."""
        text = TEXTS[key][0 if self.lang == "th" else 1]
        return text.format(**blanks) if blanks else text

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

    def round(self, period: str) -> str:
        """A report's round for people: ไตรมาส 2, มี.ค. 2565, ครั้งที่ 1; "" for an event's, which is a digest."""
        kind, _, number = period.partition("-")
        if kind.isdecimal() and len(kind) == 4 and number.isdecimal():
            return self.day(date(int(kind), int(number), 1)).partition(" ")[2]
        if kind[:1] == "q" and kind[1:].isdecimal() and not number:
            return self("duty-quarter", n=kind[1:])
        last = number or kind
        return self("duty-round", n=last) if last.isdecimal() and len(last) < 3 else ""

    def moment(self, moment: datetime) -> str:
        """22 พ.ย. 2569 15:04:05 น., in Thai time."""
        local = moment.astimezone(BANGKOK)
        return f"{self.day(local.date())} {local:%H:%M:%S}" + (" น." if self.lang == "th" else "")

    def age(self, moment: datetime, now: datetime) -> str:
        """3 วินาทีที่ผ่านมา, 3 seconds ago; the page's script goes on from there in the same words."""
        # a clock that runs ahead must not make the future of what has happened
        since = max(now - moment, timedelta(seconds=1))
        return format_timedelta(-since, add_direction=True, threshold=1, locale=self.lang)

    def name(self, area: Area) -> str:
        """ลำพูน, Lamphun."""
        return area.name_th if self.lang == "th" else area.name_en

    def full_name(self, area: Area) -> str:
        """จังหวัดลำพูน, Lamphun Province; Bangkok's parts are called otherwise."""
        name = self.name(area)
        if not area.known or area.level in (AreaLevel.NATION, AreaLevel.VILLAGE):
            return name
        bangkok = area.code.startswith("10")
        if self.lang == "en":
            return name if area.code == "10" else f"{name} {_EN[area.level]}"
        word = _TH_BANGKOK[area.level] if bangkok else _TH[area.level]
        return name if name.startswith(word) else f"{word}{name}"

    def levels(self, level: AreaLevel) -> str:
        """The name of the areas of a level, for a heading: อำเภอ, District."""
        return self(f"level-{level}")


_TH = {AreaLevel.PROVINCE: "จังหวัด", AreaLevel.DISTRICT: "อำเภอ", AreaLevel.TAMBON: "ตำบล"}
_TH_BANGKOK = {AreaLevel.PROVINCE: "", AreaLevel.DISTRICT: "เขต", AreaLevel.TAMBON: "แขวง"}
_EN = {AreaLevel.PROVINCE: "Province", AreaLevel.DISTRICT: "District", AreaLevel.TAMBON: "Tambon"}
