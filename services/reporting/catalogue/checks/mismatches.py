"""What does not add up is listed as a known mismatch, with both its numbers; and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from services.reporting.catalogue.checks.outcome import Outcome, rounded_as
from services.reporting.catalogue.fault import Fault, at
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.mismatch import Failing, Mismatch


def unlisted(catalogue: Catalogue, outcomes: Iterable[Outcome]) -> Iterator[Fault]:
    """A fault for a new mismatch, and for a listed one that no longer occurs or has other numbers."""
    by_check = {outcome.check: outcome for outcome in outcomes}
    known: dict[str, tuple[Mismatch, Failing]] = {}
    for row in catalogue.mismatches.values():
        for failing in row.fails:
            if failing.check in known:
                other = known[failing.check][0].id
                yield at(
                    row.place, f"{row.id}.fails", "listed-twice",
                    f"{failing.check} อยู่ใน {other} แล้ว", f"{failing.check} is listed in {other} already",
                )  # fmt: skip
            known[failing.check] = (row, failing)
    for outcome in by_check.values():
        if not outcome.agrees and outcome.check not in known:
            yield at(
                outcome.place,
                outcome.check,
                "new-mismatch",
                f"พิมพ์ไว้ {outcome.printed:,} แต่คำนวณได้ {outcome.derived:,} และยังไม่อยู่ใน mismatches",
                f"prints {outcome.printed:,}, derived {outcome.derived:,}, and is no listed mismatch ({outcome.en})",
            )
    for row, failing in known.values():
        yield from _not_so(row, failing, by_check.get(failing.check))


def _not_so(row: Mismatch, failing: Failing, outcome: Outcome | None) -> Iterator[Fault]:
    field = f"{row.id}.fails"
    if outcome is None:
        yield at(
            row.place,
            field,
            "no-check",
            f"ไม่มีการตรวจชื่อ {failing.check}",
            f"there is no check {failing.check}",
        )
    elif outcome.agrees:
        yield at(
            row.place,
            field,
            "no-longer",
            f"{failing.check} ตรงกันแล้ว ให้ลบรายการนี้",
            f"{failing.check} agrees now: take this mismatch out",
        )
    elif outcome.printed != failing.printed or not _is(outcome.derived, failing.derived):
        yield at(
            row.place,
            field,
            "other-numbers",
            f"{failing.check} พิมพ์ {outcome.printed:,} คำนวณ {outcome.derived:,}",
            f"{failing.check} prints {outcome.printed:,}, derived {outcome.derived:,}",
        )


def _is(derived: Decimal, listed: Decimal) -> bool:
    """Equal at two places, or at as many as are listed: a quotient may have no end."""
    places = max(2, -int(listed.as_tuple().exponent))
    return rounded_as(derived, Decimal(1).scaleb(-places)) == listed
