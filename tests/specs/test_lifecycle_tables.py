"""A table that is not whole is found when it is imported, with everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts.otop import TraderStage, WisdomProductPublished, WisdomProductRecorded, WisdomStage
from services.chassis.decider import Command
from services.chassis.lifecycle import PROVINCE, Lifecycle, lifecycle, step
from services.chassis.lifecycle.diagram import mermaid, rows
from services.cli.lifecycles import lifecycles
from services.otop.domain.wisdom import (
    WISDOM_PRODUCT,
    PublishProduct,
    RecordProduct,
    UpdateEntry,
    WisdomProduct,
    day,
)
from tests.specs.test_wisdom_product import UPDATED

SURVEY, SCREEN, LEAVE_OUT, RECORD, UPDATE, PUBLISH = WISDOM_PRODUCT.steps
ALSO: dict[Any, Any] = {UPDATE.says[0]: {"updated_on": day}}


def made(*steps: Any, ends: tuple[Any, ...] = WISDOM_PRODUCT.ends, **changed: Any) -> Lifecycle[Any]:
    told: dict[str, Any] = {
        "called": ("ก", "a"), "initial": WisdomProduct(), "stages": WisdomStage, "also": ALSO, "ends": ends,
        **changed,
    }  # fmt: skip
    return lifecycle("wisdom-product", steps=steps or WISDOM_PRODUCT.steps, **told)


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((SURVEY, SCREEN, LEAVE_OUT, RECORD, PUBLISH), "UpdateEntry has no step"),
        ((SURVEY, SCREEN, LEAVE_OUT, RECORD, PUBLISH), "WisdomDatabaseUpdated is said by no step"),
        ((*WISDOM_PRODUCT.steps, RECORD), "RecordProduct has two steps"),
        ((SURVEY, SCREEN, LEAVE_OUT, UPDATE, PUBLISH), "nothing leads to RECORDED"),
        ((SURVEY, SCREEN, LEAVE_OUT, UPDATE, PUBLISH), "no step leaves SCREENED, and it is no end"),
        (
            (SURVEY, SCREEN, LEAVE_OUT, UPDATE, PUBLISH, replace(RECORD, says=(WisdomProductPublished,))),
            "WisdomProductPublished.channel would be the state's, which has it of this event alone",
        ),
        (
            (SURVEY, SCREEN, LEAVE_OUT, RECORD, UPDATE, replace(PUBLISH, when=(TraderStage.ON_SALE,))),
            "a stage of another lifecycle",
        ),
    ],
)
def test_what_is_forgotten_is_named(steps, told):
    with pytest.raises(TypeError, match=told):
        made(*steps)


def test_all_of_it_is_told_at_once():
    with pytest.raises(TypeError) as raised:
        made(SURVEY, SCREEN)
    told = str(raised.value).splitlines()
    assert told[0] == "the lifecycle wisdom-product:"
    assert len(told) == 18


def test_an_end_that_is_none_and_a_field_that_nobody_fills_are_named():
    with pytest.raises(TypeError, match="RECORDED is an end, and a step leaves it"):
        made(ends=(*WISDOM_PRODUCT.ends, WisdomStage.RECORDED))
    with pytest.raises(TypeError, match=r"no event fills WisdomProduct\.updated_on"):
        made(also={})


def test_a_field_of_another_type_is_named():
    class RecordByNumber(Command):
        """Not the type of the event's field."""

        on: Any
        by: Any
        database_ref: int

    with pytest.raises(TypeError, match="database_ref is str, RecordByNumber has int"):
        made(
            SURVEY,
            SCREEN,
            LEAVE_OUT,
            UPDATE,
            PUBLISH,
            step(RecordByNumber, WisdomProductRecorded, WisdomStage.SCREENED, PROVINCE),
        )


def test_a_command_that_does_not_say_who_it_is_by_is_for_no_office():
    class RecordUnsigned(Command):
        """Nobody's."""

        on: Any
        database_ref: str

    with pytest.raises(
        TypeError, match="RecordUnsigned does not say who it is by, and it is for the province"
    ):
        made(
            SURVEY,
            SCREEN,
            LEAVE_OUT,
            UPDATE,
            PUBLISH,
            step(RecordUnsigned, WisdomProductRecorded, WisdomStage.SCREENED, PROVINCE),
        )


def test_an_event_that_is_said_no_more_is_still_folded():
    otherwise = replace(
        UPDATE, says=(WisdomProductRecorded,), when=(WisdomStage.SCREENED,), tell=lambda *_: []
    )
    steps = (SURVEY, SCREEN, LEAVE_OUT, RECORD, otherwise, PUBLISH)
    with pytest.raises(TypeError, match="WisdomDatabaseUpdated is said by no step, and is not retired"):
        made(*steps)
    after = made(*steps, retired=UPDATE.says).evolve(WisdomProduct(), UPDATED)
    assert after.updated_on == UPDATED.on


def test_what_is_computed_fits_the_field():
    with pytest.raises(TypeError, match=r"WisdomProduct\.updated_on is date \| None, number gives int"):
        made(also={UPDATE.says[0]: {"updated_on": number}})
    with pytest.raises(TypeError, match="WisdomProduct has no updated"):
        made(also={UPDATE.says[0]: {"updated": day}})


def number(_: Any, __: Any) -> int:
    return 1


@pytest.mark.parametrize("of", lifecycles(), ids=lambda one: one.name)
def test_a_diagram_has_every_stage_and_every_step(of: Lifecycle[Any]):
    drawn = mermaid(of)
    assert drawn.startswith("stateDiagram-v2\n")
    assert all(f'"{stage.th}<br/>{stage.en}"' in drawn for stage in of.stages)
    assert len(list(rows(of))) == len(of.steps)


def test_the_diagram_shows_who_takes_which_step():
    drawn = mermaid(WISDOM_PRODUCT).splitlines()
    assert "    screened --> recorded: RecordProduct (province)" in drawn
    assert "        UpdateEntry (province)" in drawn
    assert {PublishProduct.__name__, RecordProduct.__name__, UpdateEntry.__name__} <= {
        row[0] for row in rows(WISDOM_PRODUCT)
    }
