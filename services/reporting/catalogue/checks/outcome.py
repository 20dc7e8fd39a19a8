"""One number that was re-derived: what is printed, what it comes to, and whether they agree."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.reporting.catalogue.types.place import Place


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check by its name (`sum:A-CLASSES`, `target:AGR-S1/people`); money in baht."""

    check: str
    printed: Decimal
    derived: Decimal
    place: Place
    en: str = ""

    @property
    def agrees(self) -> bool:
        """Equal, after the derived number is rounded half up to the places that are printed."""
        return rounded_as(self.derived, self.printed) == self.printed


def rounded_as(number: Decimal, printed: Decimal) -> Decimal:
    """Rounded half up to as many places as `printed` has."""
    places = max(-int(printed.as_tuple().exponent), 0)
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def baht(satang: int) -> Decimal:
    """Satang as baht, exact."""
    return Decimal(satang) / 100
