"""The area register: parents first, history kept, a second load changes nothing."""

from __future__ import annotations

from datetime import date

from contracts.members import AreaAbolished, AreaRegistered, AreaRenamed, AreaSplit
from services.members.domain.area_register import (
    AREA_REGISTER,
    AbolishArea,
    AreaRegister,
    RegisterArea,
    RegisterAreas,
    SplitArea,
    register_stream,
)
from tests.specs.deciding import given

OLD, DAY, NEXT = date(1889, 4, 1), date(2021, 11, 26), date(2021, 11, 27)


def row(code, th="ลำพูน", en="Lamphun"):
    return RegisterArea(code=code, name_th=th, name_en=en, valid_from=OLD)


def registered(code, th="ลำพูน", en="Lamphun"):
    return AreaRegistered(area=code, on=OLD, name_th=th, name_en=en)


LAMPHUN = (registered("51"), registered("5101"), registered("510101"), registered("510102"))


def test_areas_are_registered_parents_first():
    given(AREA_REGISTER).when(RegisterAreas(rows=(row("51"), row("5101")))).then(
        registered("51"), registered("5101")
    )


def test_an_area_without_its_parent_is_refused():
    given(AREA_REGISTER).when(RegisterAreas(rows=(row("5101"), row("51")))).then_refused("unknown-area")


def test_what_is_registered_already_is_left_alone_and_another_name_is_a_renaming():
    given(AREA_REGISTER, *LAMPHUN).when(RegisterAreas(rows=(row("51"), row("5101")))).then_nothing()
    given(AREA_REGISTER, *LAMPHUN).when(
        RegisterAreas(rows=(row("5101", "เมืองลำพูน", "Mueang Lamphun"),))
    ).then(
        AreaRenamed(
            area="5101",
            on=OLD,
            name_th="เมืองลำพูน",
            name_en="Mueang Lamphun",
            was_name_th="ลำพูน",
            was_name_en="Lamphun",
        )
    )


def test_a_split_keeps_the_old_area_and_says_what_came_of_it():
    split = SplitArea(code="510101", into=("510102",), on=DAY)
    when = given(AREA_REGISTER, *LAMPHUN).when(split)
    when.then(AreaSplit(area="510101", on=DAY, into=("510102",)))
    assert when.after.areas["510101"].split_into == ("510102",)
    assert when.after.open_at("510101", NEXT) is None
    given(AREA_REGISTER, *LAMPHUN, *when.events).when(split).then_nothing()


def test_a_split_across_levels_or_into_the_unknown_is_refused():
    given(AREA_REGISTER, *LAMPHUN).when(SplitArea(code="510101", into=("5101",), on=DAY)).then_refused(
        "split-across-levels"
    )
    given(AREA_REGISTER, *LAMPHUN).when(SplitArea(code="510101", into=("510199",), on=DAY)).then_refused(
        "unknown-area"
    )


def test_an_abolished_area_keeps_its_history_and_takes_nothing_new():
    abolish = AbolishArea(code="510101", successor="510102", on=DAY)
    when = given(AREA_REGISTER, *LAMPHUN).when(abolish)
    when.then(AreaAbolished(area="510101", on=DAY, successor="510102"))
    register: AreaRegister = when.after
    assert register.open_at("510101", date(2021, 11, 25)) is None
    refused = register.open_at("510101", DAY)
    assert refused is not None
    assert refused.code == "area-abolished"
    assert "510102" in refused.en
    with_village = AREA_REGISTER.evolve(register, registered("51010101"))
    in_village = with_village.open_at("51010101", DAY)
    assert in_village is not None
    assert in_village.code == "area-abolished"
    past = (*LAMPHUN, *when.events)
    given(AREA_REGISTER, *past).when(abolish).then_nothing()
    given(AREA_REGISTER, *past).when(AbolishArea(code="510101", on=NEXT)).then_refused("area-abolished")
    given(AREA_REGISTER, *past).when(SplitArea(code="510101", into=("510102",), on=NEXT)).then_refused(
        "area-abolished"
    )


def test_an_unknown_area_is_refused_everywhere():
    given(AREA_REGISTER).when(AbolishArea(code="51", on=DAY)).then_refused("unknown-area")
    refused = AreaRegister().open_at("99", DAY)
    assert refused is not None
    assert refused.code == "unknown-area"


def test_a_province_has_one_stream_for_all_its_areas():
    assert register_stream("51") == register_stream("51010101") != register_stream("50")
