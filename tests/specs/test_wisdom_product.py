"""A product of local wisdom: surveyed, screened, recorded by the province, kept current, published."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.otop import (
    ProductCategory,
    WisdomDatabaseUpdated,
    WisdomPoint,
    WisdomProductLeftOut,
    WisdomProductPublished,
    WisdomProductRecorded,
    WisdomProductScreened,
    WisdomProductSurveyed,
    WisdomStage,
)
from services.chassis.decider import Actor, Command, Refused
from services.otop.domain.wisdom import (
    WISDOM_PRODUCT,
    LeaveOutProduct,
    PublishProduct,
    RecordProduct,
    ScreenProduct,
    SurveyProduct,
    UpdateEntry,
    wisdom_product_stream,
)
from tests.specs.deciding import given

AREA = "51010101"
ID = wisdom_product_stream(AREA, "7/2565")
DISTRICT, PROVINCE = Actor(id="district-1", scopes=("5101",)), Actor(id="province-1", scopes=("51",))
DAYS = [date(2022, month, 1) for month in range(1, 9)]
SAME: dict[str, Any] = {"area": AREA, "product_id": ID, "category": ProductCategory.TEXTILES}

SURVEY = SurveyProduct(
    area=AREA, survey_ref="7/2565", category=ProductCategory.TEXTILES, on=DAYS[0], by=DISTRICT
)
SURVEYED = WisdomProductSurveyed(on=DAYS[0], was=None, producer_id=None, **SAME)
SCREEN = ScreenProduct(on=DAYS[1], by=DISTRICT, points=(WisdomPoint.COMMUNITY,), forum_on=DAYS[0])
SCREENED = WisdomProductScreened(
    on=DAYS[1], was=WisdomStage.SURVEYED, points=(WisdomPoint.COMMUNITY,), forum_on=DAYS[0], **SAME
)
LEAVE_OUT = LeaveOutProduct(on=DAYS[1], by=DISTRICT, reasons=("not-of-here",))
LEFT_OUT = WisdomProductLeftOut(on=DAYS[1], was=WisdomStage.SURVEYED, reasons=("not-of-here",), **SAME)
RECORD = RecordProduct(on=DAYS[2], by=PROVINCE, database_ref="BD-51-7")
RECORDED = WisdomProductRecorded(on=DAYS[2], was=WisdomStage.SCREENED, database_ref="BD-51-7", **SAME)
UPDATE = UpdateEntry(on=DAYS[3], by=PROVINCE)
UPDATED = WisdomDatabaseUpdated(on=DAYS[3], was=WisdomStage.RECORDED, was_updated_on=None, **SAME)
PUBLISH = PublishProduct(on=DAYS[4], by=PROVINCE, channel="otop-big-data")
PUBLISHED = WisdomProductPublished(on=DAYS[4], was=WisdomStage.RECORDED, channel="otop-big-data", **SAME)


def changed(command: Command, **by: Any) -> Command:
    return command.model_copy(update=by)


def test_a_product_goes_from_the_survey_to_the_public():
    """003 L6264: สำรวจและรวบรวม… คัดเลือก… แก้ไขปรับปรุงและเพิ่มเติมข้อมูล… ให้เป็นปัจจุบัน."""
    given(WISDOM_PRODUCT).when(SURVEY).then(SURVEYED)
    given(WISDOM_PRODUCT, SURVEYED).when(SCREEN).then(SCREENED)
    given(WISDOM_PRODUCT, SURVEYED, SCREENED).when(RECORD).then(RECORDED)
    given(WISDOM_PRODUCT, SURVEYED, SCREENED, RECORDED).when(UPDATE).then(UPDATED)
    given(WISDOM_PRODUCT, SURVEYED, SCREENED, RECORDED, UPDATED).when(PUBLISH).then(PUBLISHED)


def test_at_least_one_of_the_three_points_holds_and_a_forum_comes_first():
    """003 L6264: โดยมีแนวทางการคัดเลือก… โดยสังเขป 2.1 2.2 2.3; whether all must hold is not printed."""
    known = given(WISDOM_PRODUCT, SURVEYED)
    known.when(changed(SCREEN, points=())).then_refused("no-point-holds")
    assert getattr(known.when(changed(SCREEN, points=())).decision, "rule", "") == "003 L6264"
    known.when(changed(SCREEN, forum_on=DAYS[2])).then_refused("forum-after-screening")


def test_what_is_left_out_is_told_why_and_goes_no_further():
    given(WISDOM_PRODUCT, SURVEYED).when(LEAVE_OUT).then(LEFT_OUT)
    given(WISDOM_PRODUCT, SURVEYED).when(changed(LEAVE_OUT, reasons=())).then_refused("reasons-needed")
    for command in (SCREEN, RECORD, UPDATE, PUBLISH):
        given(WISDOM_PRODUCT, SURVEYED, LEFT_OUT).when(command).then_refused("not-at-this-stage")


def test_the_entry_is_kept_current_also_after_it_was_published():
    past = (SURVEYED, SCREENED, RECORDED, UPDATED, PUBLISHED)
    again = given(WISDOM_PRODUCT, *past).when(changed(UPDATE, on=DAYS[5]))
    again.then(WisdomDatabaseUpdated(on=DAYS[5], was=WisdomStage.PUBLISHED, was_updated_on=DAYS[3], **SAME))
    assert again.after.stage is WisdomStage.PUBLISHED


def test_what_is_so_already_is_said_once():
    given(WISDOM_PRODUCT, SURVEYED, SCREENED, RECORDED, UPDATED).when(UPDATE).then_nothing()
    published = given(WISDOM_PRODUCT, SURVEYED, SCREENED, RECORDED, PUBLISHED)
    published.when(PUBLISH).then_nothing()
    published.when(changed(PUBLISH, channel="fair")).then_refused("not-at-this-stage")
    given(WISDOM_PRODUCT, SURVEYED).when(SURVEY).then_refused("wisdom-product-known")


def test_the_database_is_the_provinces():
    """003 L6264: จังหวัดดำเนินการแก้ไขปรับปรุง."""
    given(WISDOM_PRODUCT, SURVEYED, SCREENED).when(changed(RECORD, by=DISTRICT)).then_refused(
        "needs-the-province"
    )
    given(WISDOM_PRODUCT).when(changed(SURVEY, by=Actor(id="x", scopes=("52",)))).then_refused(
        "needs-the-district"
    )
    assert given(WISDOM_PRODUCT).when(changed(SURVEY, by=PROVINCE)).events


def test_who_comes_out_of_turn_is_told_where_it_stands_in_both_languages():
    told = given(WISDOM_PRODUCT, SURVEYED, SCREENED, RECORDED, PUBLISHED).when(SCREEN).decision
    assert isinstance(told, Refused)
    assert told.en == "This step is for a product of local wisdom that is surveyed; this one is published."
    assert told.th == "ขั้นตอนนี้ทำได้กับผลิตภัณฑ์ภูมิปัญญาที่สำรวจแล้ว แต่รายการนี้เผยแพร่แล้ว"
    assert (told.kind, told.rule) == ("conflict", "003 L6264")


@pytest.mark.parametrize("command", [SCREEN, LEAVE_OUT, RECORD, UPDATE, PUBLISH])
def test_a_product_that_nobody_surveyed_has_no_steps(command):
    given(WISDOM_PRODUCT).when(command).then_refused("wisdom-product-not-found")


def test_nothing_is_dated_before_the_step_before_it():
    given(WISDOM_PRODUCT, SURVEYED).when(changed(SCREEN, on=date(2021, 12, 1), forum_on=None)).then_refused(
        "before-previous-step"
    )
