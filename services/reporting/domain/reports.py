"""The dated reports of กข.คจ., savings groups and OTOP registration (F_part4b_kpi.md §2, §3, §6, §16.4), as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.areas import AreaLevel, level
from contracts.calendar import month_end
from contracts.reporting import ReportLevel

DISTRICT, PROVINCE, DEPARTMENT = ReportLevel.DISTRICT, ReportLevel.PROVINCE, ReportLevel.DEPARTMENT


@dataclass(frozen=True, slots=True)
class Report:
    """A kind of report. `months` is period → the month by whose last day it is due (README decision 4); None: no date.

    `year` is the one fiscal year that the source dates it for; None where it says "of every year".
    """

    code: str
    th: str
    en: str
    chain: tuple[ReportLevel, ...]
    months: Mapping[str, int | None]
    source: str
    year: int | None = 2565


ALL = (
    Report(
        "kkj-debt",
        "ภาวะหนี้สินและฐานะทางการเงินโครงการ กข.คจ.",
        "กข.คจ. debt and financial position",
        (
            DISTRICT,
            PROVINCE,
        ),  # community development workers tell district and province; the district hands in
        {"1": 3, "2": 8},
        "003 L6037",
        year=None,
    ),
    Report(
        "kkj-debt-province",
        "ภาวะหนี้สินและฐานะทางการเงินโครงการ กข.คจ. ของจังหวัด",
        "กข.คจ. debt and financial position of the province",
        (PROVINCE, DEPARTMENT),
        {"": 9},
        "003 L6005",
        year=None,
    ),
    Report(
        "kkj-database",
        "ทบทวนและปรับแก้ไขฐานข้อมูล กข.คจ.",
        "กข.คจ. database reviewed",
        (DISTRICT, PROVINCE),
        {"": 7},
        "003 L6013",
    ),
    Report(
        "kkj-database-province",
        "ตรวจสอบความถูกต้องของฐานข้อมูล กข.คจ.",
        "กข.คจ. database verified",
        (PROVINCE, DEPARTMENT),
        {"": 8},
        "003 L5999",
    ),
    Report(
        "kkj-upgrades",
        "ผลการยกระดับกองทุน กข.คจ.",
        "กข.คจ. upgrade results",
        (DISTRICT, PROVINCE, DEPARTMENT),  # entered in cddhealthyfund; the way up is §1's
        {"": 7},
        "003 L6025",
    ),
    Report(
        "savings-results",
        "ผลการดำเนินงานกลุ่มออมทรัพย์เพื่อการผลิต",
        "Savings-group results",
        (DISTRICT, PROVINCE),
        {"": 7},
        "003 L6153",
    ),
    Report(
        "savings-results-province",
        "ผลการดำเนินงานกลุ่มออมทรัพย์เพื่อการผลิตของจังหวัด",
        "Savings-group results of the province",
        (PROVINCE, DEPARTMENT),
        {"": 8},
        "003 L6097",
    ),
    Report(
        "savings-data",
        "ข้อมูลผลการดำเนินงานกลุ่มออมทรัพย์เพื่อการผลิตในศูนย์ข้อมูลกลาง",
        "Savings-group operating data in the Central Data Centre",
        (DISTRICT, PROVINCE),
        {"": None},  # once a year, no month printed
        "003 L6151",
    ),
    Report(
        "otop-registration",
        "ผลการพิจารณารับรองการขึ้นทะเบียนผู้ผลิต ผู้ประกอบการ OTOP",
        "OTOP registration results",
        (PROVINCE, DEPARTMENT),
        {"": None},
        "003 L6309",
    ),
)

REPORTS: Mapping[str, Report] = {report.code: report for report in ALL}

_UNITS = {AreaLevel.DISTRICT: DISTRICT, AreaLevel.PROVINCE: PROVINCE}


@dataclass(frozen=True, slots=True)
class Owed:
    """One report of one unit and period, with its deadline where there is one."""

    report: Report
    period: str
    due_on: date | None


def owed(area: str, fiscal_year: int) -> list[Owed]:
    """What the unit of an area owes in a B.E. fiscal year, in the order of the table; tambons and villages owe nothing."""
    unit = _UNITS.get(level(area))
    return [
        Owed(report, period, due_on(fiscal_year, month))
        for report in ALL
        if report.chain[0] == unit and report.year in (None, fiscal_year)
        for period, month in report.months.items()
    ]


def due_on(fiscal_year: int, month: int | None) -> date | None:
    """The last day of a month of a B.E. fiscal year (October to December lie in the year before); None: no date."""
    return None if month is None else month_end(date(fiscal_year - 543 - (month >= 10), month, 1))
