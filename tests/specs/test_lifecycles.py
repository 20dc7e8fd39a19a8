"""Every lifecycle of every service: walks in any order find nothing that the table does not say, and every step is taken."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.funds import Balance, FundKind
from contracts.ids import stream_id
from contracts.otop import LessonTopic
from services.chassis.lifecycle import Lifecycle
from services.cli.lifecycles import lifecycles
from tests.lifecycles import walk
from tests.machines import EFFORT, machine_settings

PLAUSIBLE: dict[str, dict[str, Any]] = {
    "debt-case": {
        "rate_bp": [100, 200, 1_501],
        "fund_id": [stream_id("fund", 1), stream_id("fund", 2)],
        "member_funds": [(stream_id("fund", 1),)],
        "contract_no": ["A-1", "A-2"],
        "balances": [
            tuple(Balance(contract_no=number, outstanding_satang=left) for number in numbers)
            for numbers in (("A-1",), ("A-2",), ("A-1", "A-2"))
            for left in (0, 1)
        ],
    },
    "mobile-clinic": {
        "kind": [FundKind.POVERTY, FundKind.SAVINGS, FundKind.OTHER],
        "listed_year": [2562, 2564],
    },
    "product-lesson": {
        "fiscal_year": [2565],
        "developed_year": [2559, 2560],
        "topics": [(*LessonTopic,), (LessonTopic.SWOT,)],
    },
    "trader-product": {"fiscal_year": [2565], "registered_year": [2556, 2557], "month": ["2021-10"]},
}
"""Values of fields that must fit something else."""

every = pytest.mark.parametrize("lifecycle", lifecycles(), ids=lambda one: one.name)


@every
def test_a_walk_finds_nothing_that_the_table_does_not_say(lifecycle: Lifecycle[Any]):
    plausible = PLAUSIBLE.get(lifecycle.name, {})

    @machine_settings(examples=20, steps=1)
    @given(st.data())
    def walks(data):
        walk(lifecycle, lambda options: data.draw(st.sampled_from(options)), plausible, 12)

    walks()


@every
def test_every_step_can_be_taken(lifecycle: Lifecycle[Any]):
    choose, plausible = Random(lifecycle.name).choice, PLAUSIBLE.get(lifecycle.name, {})
    taken = walk(lifecycle, choose, plausible, round(2_000 * min(EFFORT, 5)))
    never = {step.command.__name__ for step in lifecycle.steps} - taken.keys()
    assert not never, (
        f"{never}: where a rule wants values that nobody draws by chance, say them in PLAUSIBLE[{lifecycle.name!r}]"
    )
