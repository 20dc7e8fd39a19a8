"""`decide` of one step, and what it says to who comes out of turn, in words made of the stages' names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from contracts.event import Event
from contracts.stage import Stage
from services.chassis.decider import Decision, Forgotten, Refused, Sealed
from services.chassis.lifecycle.fields import flow, teller
from services.chassis.lifecycle.office import OFFICER
from services.chassis.lifecycle.steps import NEW, Progress, Step

S = TypeVar("S", bound=Progress)
E = TypeVar("E", bound=Event)

NOTHING: Mapping[str, Any] = MappingProxyType({})
TOO_EARLY = Refused(
    "before-previous-step",
    "วันที่นี้อยู่ก่อนขั้นตอนก่อนหน้า",
    "This date is before the step that comes first.",
    kind="invalid",
    field="on",
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What goes through the stages: the kind of its streams, and what it is called."""

    name: str
    th: str
    en: str

    @property
    def not_found(self) -> Refused:
        return Refused(
            f"{self.name}-not-found", f"ไม่พบ{self.th}นี้", f"There is no such {self.en}.", kind="missing"
        )

    def out_of_turn(self, step: Step[Any], stage: Stage | None) -> Refused:
        """Why the step cannot be taken at this stage."""
        if stage is NEW:
            return self.not_found
        if step.otherwise is not None:
            return step.otherwise
        if step.when == (NEW,):
            th, en = f"มี{self.th}นี้อยู่แล้ว ขณะนี้{stage.th}", f"This {self.en} is known already; it is {stage.en}."
            return Refused(f"{self.name}-known", th, en, rule=step.source)
        right = [one for one in step.when if one is not NEW]
        return Refused(
            "not-at-this-stage",
            f"ขั้นตอนนี้ทำได้กับ{self.th}ที่{' หรือ'.join(one.th for one in right)} แต่รายการนี้{stage.th}",
            f"This step is for a {self.en} that is {' or '.join(one.en for one in right)}; this one is {stage.en}.",
            rule=step.source,
        )


def deciding(
    step: Step[S],
    thing: Thing,
    stages: type[Stage],
    state: type[S],
    makers: frozenset[str],
    evolve: Callable[[S, Event], S],
) -> Callable[[Any, S], Decision]:
    """In turn: is it there, is it its turn (or so already), whose step is it, its own mistakes, the rules, the day."""
    here, rules = step.when, step.unless  # tuples: the hash of an Enum is slow
    there = (step.leads_to or here) if step.again else ()
    out_of_turn = {stage: thing.out_of_turn(step, stage) for stage in (NEW, *stages)}
    office, digits = step.by.missing(step.source), step.by.digits
    checked, places = digits < OFFICER.digits, "area" in step.command.model_fields
    tell = telling(step, state, makers)

    def so_already(said: Decision, known: S) -> bool:
        """Whether a step that may be taken again would change nothing; it must stand already where the step leads."""
        if known.stage not in there or isinstance(said, Refused):
            return False
        return after(known, said, evolve) == known

    def decide(command: Any, known: S) -> Decision:
        stage, its_turn = known.stage, known.stage in here
        if not its_turn and stage not in there:
            return out_of_turn[stage]
        if checked and not command.by.reaches((command.area if places else known.area)[:digits]):
            return office
        if not its_turn:
            return [] if so_already(tell(command, known), known) else out_of_turn[stage]
        wrong: Refused | None = command.mistake()
        if wrong is not None:
            return wrong
        for rule in rules:
            if (no := rule(command, known)) is not None:
                return no
        if command.on < known.since:
            return TOO_EARLY
        said = tell(command, known)
        return [] if so_already(said, known) else said

    return decide


def telling(step: Step[S], state: type[S], makers: frozenset[str]) -> Callable[[Any, S], Decision]:
    """Says the step's events, their fields by their names; or lets the step's `tell` say them."""
    tellers = {event: teller(flow(step, event, state, makers)) for event in step.says}
    every, tell = tuple(tellers.values()), step.tell
    if tell is None:
        return lambda command, known: [one(command, known, NOTHING) for one in every]

    def told(command: Any, known: S) -> Decision:
        def say(event: type[E], **others: Any) -> E:
            said: Any = tellers[event](command, known, others)
            return said  # type: ignore[no-any-return]

        return tell(command, known, say)

    return told


def after(state: S, said: Sequence[Event | Sealed | Forgotten], evolve: Callable[[S, Event], S]) -> S:
    """The state after what was decided."""
    for item in said:
        state = evolve(state, item.event if isinstance(item, Sealed | Forgotten) else item)
    return state
