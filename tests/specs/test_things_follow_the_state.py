"""What a register's row says of a thing is what its state says, on any walk; and `can` offers every step that `decide` takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from contracts.envelope import GENESIS, envelopes
from contracts.event import Event
from contracts.topics import topic_of
from services.chassis.decider import Actor, Key
from services.chassis.lifecycle import NEW, Lifecycle
from services.chassis.projection import Record
from services.chassis.read_models import InMemoryReadModels
from services.chassis.things.kept import told
from services.chassis.things.kind import Kind
from services.chassis.things.searching import folded
from services.chassis.things.view import ITS, things_view
from services.cli.lifecycles import lifecycles
from services.otop.domain.producer import PRODUCER
from tests.lifecycles import ACTORS, AREA, event_of, stories
from tests.specs.test_lifecycles import PLAUSIBLE

every = pytest.mark.parametrize("lifecycle", lifecycles(), ids=lambda one: one.name)


class Anything(Key):
    """สิ่งใดก็ได้ · Anything"""


def records(events: Sequence[Event]) -> list[Record]:
    """The events as commits of one stream, as a view hears them."""
    return [
        Record(envelope, event, topic_of(event.service), 0)
        for version, event in enumerate(events, 1)
        for envelope in envelopes(
            subject="thing:1", version=version, previoushash=GENESIS, recorded_at=datetime.now(UTC), actor="a",
            correlationid="c", causationid="", traceparent="", events=[(event, GENESIS)],
        )
    ]  # fmt: skip


@every
def test_a_row_says_what_the_state_says(lifecycle: Lifecycle[Any]):
    kind = Kind(lifecycle, Anything, "/v1/things/{thing_id}", frozenset(), None, listed=True)
    view = things_view("spec", [kind])
    walked = stories(lifecycle, Random(7).choice, PLAUSIBLE.get(lifecycle.name, {}), 300)
    for events, state in (one for one in walked if one[0]):
        models = InMemoryReadModels()
        for record in records(events):
            models.apply(view.changes(record))
        [row] = models.documents["facets"].values()
        assert (row["stage"], row["area"]) == (state.stage, AREA)
        assert row["since"] == events[-1].on.isoformat() == state.since.isoformat()
        assert row["began_on"] == events[0].on.isoformat()
        for name in kind.names:  # null: nothing was said of it, and the state has what it began with
            unsaid = told(getattr(lifecycle.initial, name))
            known = told(getattr(state, name))
            assert row[f"{ITS}{name}"] in ([known, None] if known == unsaid else [known]), name


@every
def test_what_decide_takes_is_offered(lifecycle: Lifecycle[Any]):
    walked = stories(lifecycle, Random(7).choice, PLAUSIBLE.get(lifecycle.name, {}), 200)
    by_events = dict(walked)
    for events in (one for one in by_events if len(one) > 1):
        before = by_events.get(events[:-1])
        if before is None:  # two events of one step
            continue
        said = type(events[-1])
        steps = [step for step in lifecycle.steps if said in step.says and before.stage in step.when]
        offered = {step for actor in ACTORS for step in lifecycle.can(before, {"officer", "approver"}, actor)}
        assert offered & {*steps}, f"{said.__name__} was said, and nobody was offered it"


def test_nothing_is_offered_to_another_office_area_or_role_or_to_who_recorded_it():
    applied = PRODUCER.evolve(
        PRODUCER.initial, event_of(next(iter(PRODUCER.steps)).says[0], Random(1).choice)
    )

    def offered(*roles: str, scope: str = "51", actor: str = "b") -> list[str]:
        can = PRODUCER.can(applied, roles, Actor(id=actor, scopes=(scope,)))
        return [step.command.__name__ for step in can]

    assert offered("officer") == ["ReturnApplication", "GiveDistrictOpinion"]
    assert offered("approver") == ["CertifyProducer", "RefuseRegistration"]
    assert offered("officer", "approver", scope="52") == []
    assert offered("approver", scope="5101") == []
    assert offered("approver", actor=next(iter(applied.makers))) == []
    assert offered("auditor") == []
    assert PRODUCER.can(PRODUCER.initial, {"officer"}, Actor(id="b", scopes=("",)))[0].when == (NEW,)


def test_another_field_stage_or_search_is_another_version_of_the_register():
    def version(**changed: Any) -> str:
        kind = Kind(PRODUCER, Anything, "/v1/producers/{producer_id}", frozenset(), None, listed=True)
        for name, value in changed.items():
            vars(kind)[name] = value
        return things_view("otop", [kind]).version

    assert version() == version()
    assert (
        len(
            {
                version(),
                version(searched={"registration_number": False}),
                version(names=("category",)),
                version(kept={}),
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("กองทุน บ้าน\u200bป่า", "กองทุนบ้านป่า"), ("เเม่ทา", "แม่ทา"), ("ลํา\u0e32พูน".replace("\u0e32\u0e32", "\u0e32"), "ลำพูน"),
        ("๑๒/๒๕๖๕", "12/2565"), ("LP-51", "lp-51"), ("Cafe\u0301", "café"),
    ],
)  # fmt: skip
def test_a_search_means_what_people_mean(typed: str, meant: str):
    assert folded(typed) == folded(meant)
