"""Which steps somebody may take now, as far as it can be told before anything is filled in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from services.chassis.decider import Actor
from services.chassis.lifecycle.rules import same_person
from services.chassis.lifecycle.steps import Progress, Step


def is_open(step: Step[Any], state: Progress, roles: Collection[str], actor: Actor) -> bool:
    """Whether the thing stands where the step begins, the office is the actor's (role and area), and where a second
    person is asked for the actor is none of those who recorded it."""
    return (
        state.stage in step.when
        and step.by.role in roles
        and actor.reaches(state.area[: step.by.digits])
        and not (same_person in step.unless and actor.id in state.makers)
    )
