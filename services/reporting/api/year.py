"""A unit's whole fiscal year, as it is asked for: by the catalogue of the year, with what has happened there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from contracts.calendar import UnknownYear
from contracts.ids import derived
from services.chassis.days import PastDay
from services.chassis.http import FiscalYear
from services.chassis.problems import FieldError, Problem, invalid, kind
from services.chassis.sent import Sent
from services.reporting.catalogue import Catalogue
from services.reporting.catalogue.due.happened import Happened
from services.reporting.catalogue.files import years
from services.reporting.plan.owing import LeftOut, Owing, owing
from services.reporting.plan.promised import NoCatalogue, has_office, report, schedules

NO_CATALOGUE = kind(
    "no-catalogue", 422, title=("ไม่มีแผนของปีนี้", "No catalogue of this year"),
    th="ยังไม่มีแผนและกำหนดรายงานของปีงบประมาณนี้ในระบบ จึงกำหนดรายงานทั้งปีไม่ได้",
    en="There is no catalogue of this fiscal year, so that its reports are not known.",
)  # fmt: skip
NO_OFFICE = kind(
    "no-office", 422, title=("ไม่มีหน่วยงานในพื้นที่นี้", "No office here"),
    th="พื้นที่นี้ไม่มีหน่วยงานของกรมที่ต้องส่งรายงาน ใช้รหัสจังหวัดหรืออำเภอ",
    en="This area has no office of the department that owes reports: give a province or a district.",
)  # fmt: skip

SAID: dict[LeftOut, tuple[str, str]] = {
    LeftOut.NOT_CHOSEN: (
        "ยังไม่มีบันทึกว่าหน่วยงานนี้ได้รับคัดเลือกเข้ากิจกรรม",
        "No choice of this unit for the activity was recorded.",
    ),
    LeftOut.NOTHING_HAPPENED: (
        "ยังไม่มีเหตุการณ์ที่ต้องเริ่มนับวัน",
        "Nothing was recorded yet that its days are counted from.",
    ),
    LeftOut.NO_RECEIVER: ("ไม่ได้ส่งต่อหน่วยงานระดับบน", "It is handed in to no office above."),
    LeftOut.ANOTHER_DEPARTMENT: (
        "เป็นรายงานของโครงการที่หน่วยงานอื่นรับผิดชอบ",
        "It is a report of a programme of another department.",
    ),
}


class HappenedHere(Sent):
    """Something that sets days running, or that chose the unit for an activity (`chosen`)."""

    trigger: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]{0,63}$")] = Field(
        examples=["activity-ended"]
    )
    activity: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9.-]{0,63}$")] | None = Field(
        default=None, examples=["DEBT-1"]
    )
    on: PastDay


class NewYear(Sent):
    """A unit's whole fiscal year, from its catalogue; `on` is the day from which the reports are owed."""

    fiscal_year: FiscalYear
    on: PastDay
    happened: list[HappenedHere] = Field(
        default=[], max_length=200, description="what was recorded of the unit that reports depend on"
    )


class LeftOutReport(BaseModel):
    """A report by code and name."""

    report: str
    name_th: str
    name_en: str


class LeftOutRow(BaseModel):
    """Reports of units of this level that were not scheduled, and why."""

    reason: LeftOut
    th: str
    en: str
    n: int
    reports: list[str]
    items: list[LeftOutReport] = Field(description="the same with their names")


def owing_of(area: str, asked: NewYear) -> Owing:
    """What the unit owes. Raises `no-catalogue`, `no-office` and `invalid` (422)."""
    try:
        plan = schedules(asked.fiscal_year)
    except NoCatalogue:
        raise Problem(NO_CATALOGUE, more={"years": list(years())}) from None
    if not has_office(area):
        raise Problem(NO_OFFICE)
    if wrong := list(_unknown(asked, plan.catalogue)):
        raise invalid(wrong)
    try:
        return owing(plan, area, asked.fiscal_year, [_happened(area, one) for one in asked.happened])
    except UnknownYear:
        raise invalid(
            [
                FieldError(
                    "happened",
                    "holidays-unknown",
                    "ยังไม่มีวันหยุดราชการของปีนั้นในระบบ จึงนับวันทำการไม่ได้",
                    "The public holidays of that year are not known, so that working days cannot be counted.",
                )
            ]
        ) from None


def left_out(year: Owing, fiscal_year: int) -> list[LeftOutRow]:
    """As it goes out, with a sentence for each reason."""
    return [
        LeftOutRow(
            reason=reason,
            th=SAID[reason][0],
            en=SAID[reason][1],
            n=len(codes),
            reports=list(codes),
            items=[
                LeftOutReport(report=code, name_th=known.th, name_en=known.en)
                for code in codes
                if (known := report(code, fiscal_year)) is not None
            ],
        )
        for reason, codes in year.left_out.items()
    ]


def _unknown(asked: NewYear, catalogue: Catalogue) -> list[FieldError]:
    th, en = "ไม่มีชื่อนี้ในแผนของปี", "is not in the catalogue of the year"
    wrong = []
    for n, one in enumerate(asked.happened):
        if one.trigger not in catalogue.triggers:
            wrong.append(FieldError(f"happened.{n}.trigger", "unknown-trigger", th, en))
        if one.activity is not None and one.activity not in catalogue.activities:
            wrong.append(FieldError(f"happened.{n}.activity", "unknown-activity", th, en))
    return wrong


def _happened(area: str, one: HappenedHere) -> Happened:
    told = derived("happened", one.trigger, one.activity or "", area, one.on.isoformat())
    return Happened(one.trigger, area, one.on, str(told), one.activity)
