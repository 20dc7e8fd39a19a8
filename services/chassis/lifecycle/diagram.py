"""A lifecycle as a Mermaid state diagram, and as the table that its page shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.stage import Stage
from services.chassis.lifecycle.office import OFFICER
from services.chassis.lifecycle.rules import Rule
from services.chassis.lifecycle.steps import NEW, Step
from services.chassis.lifecycle.table import Lifecycle


def mermaid(lifecycle: Lifecycle[Any]) -> str:
    """`stateDiagram-v2`: stages with both names, an arrow a step and stage; facts that move nothing are notes.

    A step that may be taken at every stage is one arrow from the beginning: it begins anew.
    """
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f'    state "{stage.th}<br/>{stage.en}" as {_id(stage)}' for stage in lifecycle.stages]
    stays: dict[str, list[str]] = {}
    for step in lifecycle.steps:
        for was, now in _moves(step, lifecycle.stages):
            if was is not NEW and now is was:
                stays.setdefault(_id(was), []).append(_label(step))
            else:
                lines.append(f"    {_id(was)} --> {_id(now)}: {_label(step)}")
    for stage, labels in stays.items():
        lines += [f"    note right of {stage}", *(f"        {label}" for label in labels), "    end note"]
    lines += [f"    {_id(stage)} --> [*]" for stage in lifecycle.ends]
    return "\n".join(lines) + "\n"


def rows(lifecycle: Lifecycle[Any]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Command, stages, office, event, refusals, source, of every step."""
    for step in lifecycle.steps:
        when = ", ".join("—" if one is NEW else one.en for one in step.when)
        refusals = [rule.no.code if isinstance(rule, Rule) else rule.__name__ for rule in step.unless]
        says = ", ".join(event.__name__ for event in step.says)
        every = "any" if {*lifecycle.stages} <= {*step.when} else when
        yield step.command.__name__, every, step.by.en, says, ", ".join(refusals), step.source


def _moves(step: Step[Any], stages: type[Stage]) -> Iterator[tuple[Stage | None, Stage | None]]:
    anywhere = {*stages} <= {*step.when}
    for was in (NEW,) if anywhere and NEW in step.when else step.when:
        if was is NEW or not anywhere:
            for now in step.leads_to or (was,):
                if now is not NEW:
                    yield was, now


def _label(step: Step[Any]) -> str:
    office = "" if step.by is OFFICER else f" ({step.by.en})"
    return step.command.__name__ + office


def _id(stage: Stage | None) -> str:
    return "[*]" if stage is NEW else stage.name.lower()
