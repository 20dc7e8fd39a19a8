"""Assessing a fund's level, and the plans for what failed (seed 003 L6001, L6023-6025, L6123-6149)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.calendar import fiscal_year
from contracts.fund_levels import SCALES, LevelScale
from contracts.funds import DevelopmentPlanPrepared, FundLevel, FundLevelAssessed
from contracts.ids import id_pattern
from services.chassis.decider import Actor, Code, Command, Decision, FiscalYear, Happened, Refused
from services.funds.domain.fund.state import TOO_EARLY, Assessment, Fund, Results

Indicators = Annotated[tuple[Code, ...], Field(max_length=100)]
OpaqueId = Annotated[str, StringConstraints(pattern=id_pattern("[a-z-]+"))]


class AssessFundLevel(Command):
    """บันทึกผลประเมินระดับกองทุน · Enter an assessment

    As it was given. The indicators' codes are those of the form's version; the level is the assessor's, since the official
    rule is not printed. `budgeted` and `upgraded_before` are of the fiscal year of `on` and of the two before it; upgrades
    that are known here are added by themselves.
    """

    on: Happened
    """วันที่ประเมิน · assessed on"""
    level: FundLevel
    """ระดับ · level"""
    database_fiscal_year: FiscalYear
    """ปีงบประมาณของฐานข้อมูล · fiscal year of the database"""
    form_version: Code
    """รหัสรุ่นของแบบประเมิน · code of the form's version"""
    passed: Indicators = ()
    """ตัวชี้วัดที่ผ่าน · indicators that passed"""
    failed: Indicators = ()
    """ตัวชี้วัดที่ไม่ผ่าน · indicators that failed"""
    assessor: OpaqueId | None = None
    """ผู้ประเมิน (ผู้บันทึก หากไม่ระบุ) · assessor, who enters it where none is given"""
    budgeted: bool = False
    """ได้งบโครงการเพิ่มศักยภาพในปีนี้ · had the project's budget in the fiscal year"""
    upgraded_before: bool = False
    """เคยยกระดับในสองปีก่อน · was upgraded in the two years before"""
    by: Actor

    def mistakes(self) -> Iterator[Refused]:
        """An indicator has one result, and the database is no later than the assessment."""
        if len({*self.passed, *self.failed}) != len(self.passed) + len(self.failed):
            yield TWICE
        if self.database_fiscal_year > fiscal_year(self.on):
            yield DATABASE_TO_COME


class PrepareDevelopmentPlan(Command):
    """จัดทำแผนพัฒนากองทุน · Prepare a development plan

    Enter that a plan was written for failed indicators (seed 003 L6001).
    """

    on: Happened
    """วันที่จัดทำแผน · prepared on"""
    indicators: Indicators = Field(min_length=1)
    """ตัวชี้วัดที่มีแผนแล้ว · indicators that have a plan now"""


NO_SCALE = Refused(
    "fund-has-no-level-scale",
    "กองทุนประเภทนี้ไม่มีเกณฑ์ระดับที่กำหนดไว้",
    "No scale of levels is given for this kind of fund.",
    kind="invalid",
)
OTHER_SCALE = Refused(
    "level-of-another-scale",
    "ระดับนี้ไม่อยู่ในเกณฑ์ของกองทุนประเภทนี้",
    "This level is not on the scale of this kind of fund.",
    kind="invalid",
    field="level",
)
TWICE = Refused(
    "indicator-twice",
    "ตัวชี้วัดเดียวกันมีผลมากกว่าหนึ่งครั้ง",
    "An indicator has more than one result.",
    kind="invalid",
    field="failed",
)
DATABASE_TO_COME = Refused(
    "database-of-a-later-year",
    "ฐานข้อมูลที่ใช้ประเมินเป็นของปีงบประมาณหลังวันประเมิน",
    "The assessment is on the database of a fiscal year after its date.",
    kind="invalid",
    field="database_fiscal_year",
)
NOT_ASSESSED = Refused("fund-not-assessed", "กองทุนนี้ยังไม่เคยประเมินระดับ", "This fund has not been assessed.")
DID_NOT_FAIL = Refused(
    "indicator-did-not-fail",
    "มีตัวชี้วัดที่ไม่ได้อยู่ในรายการที่ไม่ผ่านเกณฑ์ครั้งล่าสุด",
    "One of these indicators did not fail in the last assessment.",
    kind="invalid",
    field="indicators",
)


def assess(command: AssessFundLevel, fund: Fund) -> Decision:
    """The same results once more are a no-op. What failed before and has no plan is told, and blocks nothing."""
    scale, last = SCALES.get(fund.kind), fund.assessment
    if scale is None:
        return NO_SCALE
    if (no := _wrong(command, fund, scale)) is not None:
        return no
    year = fiscal_year(command.on)
    before = command.upgraded_before or bool({year - 1, year - 2} & fund.upgraded_in)
    results = _results(command, command.assessor or command.by.id, upgraded_before=before)
    if last is not None and last.results == results:
        return []
    was = last.results.level if last else None
    same_year = last is not None and last.fiscal_year == year
    base = last.base if last and same_year else was or command.level
    counted = year in fund.upgraded_in
    above = scale.levels.index(command.level) > scale.levels.index(base)
    return [
        FundLevelAssessed(
            **fund.said(command.on),
            fiscal_year=year,
            database_fiscal_year=command.database_fiscal_year,
            form_version=command.form_version,
            level=command.level,
            was_level=was,
            passed=command.passed,
            failed=command.failed,
            without_plan=last.without_plan if last else (),
            assessor=results.assessor,
            counts_as_upgrade=above and not counted and scale.counts(was, command.level),
            takes_back_upgrade=counted and not above,
            eligible=not (command.budgeted or before),
            was_eligible=last.eligible if last and same_year else None,
            budgeted=command.budgeted,
            upgraded_before=before,
        )
    ]


def plan(command: PrepareDevelopmentPlan, fund: Fund) -> Decision:
    """Indicators that have a plan already are left out; none left is a no-op."""
    last = fund.assessment
    if last is None:
        return NOT_ASSESSED
    if not last.results.failed.issuperset(command.indicators):
        return DID_NOT_FAIL
    if command.on < last.results.on:
        return TOO_EARLY
    new = sorted({*command.indicators} - last.planned)
    if not new:
        return []
    return [
        DevelopmentPlanPrepared(
            **fund.said(command.on),
            fiscal_year=last.fiscal_year,
            indicators=tuple(new),
            without_plan=tuple(code for code in last.without_plan if code not in new),
        )
    ]


def assessed(fund: Fund, event: FundLevelAssessed) -> Fund:
    """The fund after it. A plan of this fiscal year covers an indicator until it passes."""
    last = fund.assessment
    same_year = last is not None and last.fiscal_year == event.fiscal_year
    results = _results(event, event.assessor, upgraded_before=event.upgraded_before)
    planned = last.planned & results.failed if last and same_year else frozenset[str]()
    base = last.base if last and same_year else event.was_level or event.level
    upgraded = fund.upgraded_in | {event.fiscal_year} if event.counts_as_upgrade else fund.upgraded_in
    if event.takes_back_upgrade:
        upgraded -= {event.fiscal_year}
    last = Assessment(results, event.fiscal_year, base, event.eligible, planned)
    return replace(fund, assessment=last, upgraded_in=upgraded)


def planned(fund: Fund, event: DevelopmentPlanPrepared) -> Fund:
    """The fund after it."""
    assert fund.assessment is not None, "a plan without an assessment"
    now = replace(fund.assessment, planned=fund.assessment.planned | {*event.indicators})
    return replace(fund, assessment=now)


def _wrong(command: AssessFundLevel, fund: Fund, scale: LevelScale) -> Refused | None:
    if command.level not in scale.levels:
        return OTHER_SCALE
    since = fund.assessment.results.on if fund.assessment else fund.on
    return TOO_EARLY if command.on < since else None


def _results(given: AssessFundLevel | FundLevelAssessed, assessor: str, *, upgraded_before: bool) -> Results:
    return Results(
        on=given.on,
        level=given.level,
        form_version=given.form_version,
        database_fiscal_year=given.database_fiscal_year,
        passed=frozenset(given.passed),
        failed=frozenset(given.failed),
        assessor=assessor,
        budgeted=given.budgeted,
        upgraded_before=upgraded_before,
    )
