"""What `funds` knows of others, the area register; and a fund as its query shows it on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.calendar import fiscal_year
from services.chassis.known_areas import known_areas
from services.funds.domain.fund import Fund

AREAS = known_areas("funds")


def fund_page(fund: Fund, today: date) -> dict[str, Any]:
    """The fund: what was entered, and what depends on the day (stage, whether the record is stale, whether the term is
    over, warnings), as of `today`. A warning blocks nothing."""
    record, committee, level = record_page(fund, today), committee_page(fund, today), level_page(fund)
    warnings = [
        code
        for code, holds in (
            ("failed-without-plan", bool(level and level["without_plan"])),
            ("record-stale", record["status"] == "stale"),
            ("committee-term-expired", committee["status"] == "expired"),
        )
        if holds
    ]
    return {
        "area": fund.area,
        "kind": fund.kind,
        "name_th": fund.name_th,
        "on": fund.on,
        "stage": "renewed" if record["status"] == "verified" else "assessed" if level else "established",
        "level": level,
        "record": record,
        "committee": committee,
        "producers": sorted(fund.producers),
        "warnings": warnings,
    }


def level_page(fund: Fund) -> dict[str, Any] | None:
    """The last assessment; None where there was none."""
    last = fund.assessment
    if last is None:
        return None
    return {
        "level": last.results.level,
        "assessed_on": last.results.on,
        "fiscal_year": last.fiscal_year,
        "database_fiscal_year": last.results.database_fiscal_year,
        "form_version": last.results.form_version,
        "passed": sorted(last.results.passed),
        "failed": sorted(last.results.failed),
        "without_plan": last.without_plan,
        "eligible": last.eligible,
        "upgraded_in": sorted(fund.upgraded_in),
    }


def record_page(fund: Fund, today: date) -> dict[str, Any]:
    """`stale` until the record is reviewed in the fiscal year of `today`, then `reviewed`, then `verified`."""
    care, year = fund.record, fiscal_year(today)
    known = care.fiscal_year > 0
    current = care.fiscal_year == year
    status = "stale" if not current else "verified" if care.verified_on else "reviewed"
    return {
        "status": status,
        "fiscal_year": year,
        "reviewed_on": care.reviewed_on if known else None,
        "verified_on": care.verified_on,
    }


def committee_page(fund: Fund, today: date) -> dict[str, Any]:
    """`unknown` without a term, `coming` before it, `active` in it, `expired` after its last day."""
    if fund.term is None:
        return {"status": "unknown", "term_start": None, "term_end": None}
    start, end = fund.term
    status = "coming" if today < start else "active" if today <= end else "expired"
    return {"status": status, "term_start": start, "term_end": end}
