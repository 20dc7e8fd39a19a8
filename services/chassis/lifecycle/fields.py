"""How the fields of an event come by their names from a command and a state, and whether they can: looked at once, at import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from contracts.calendar import fiscal_year
from contracts.event import Event
from contracts.stage import Stage
from services.chassis.decider import Command
from services.chassis.lifecycle.steps import NEW, Progress, Step

PROGRESS = frozenset(one.name for one in fields(Progress))


@dataclass(frozen=True, slots=True)
class Flow:
    """Where the fields of one event come from: the command or the state (under which name there), who records it, the day."""

    event: type[Event]
    of_command: tuple[tuple[str, str], ...]
    of_state: tuple[tuple[str, str], ...]
    signed: tuple[str, ...]
    dated: bool
    new: bool
    """It begins: nothing was before."""
    lacking: tuple[str, ...]
    """Those that nothing has, and that the event needs."""
    misfits: tuple[str, ...]
    """In sentences, those whose types do not fit."""


def flow(step: Step[Any], event: type[Event], state: type[Progress], makers: frozenset[str]) -> Flow:
    """By the rules that `step` tells."""
    commanded, known = step.command.model_fields, types_of(state)
    new = begins(step, event)
    of_command: list[tuple[str, str]] = []
    of_state: list[tuple[str, str]] = []
    signed: list[str] = []
    lacking: list[str] = []
    misfits: list[str] = []
    dated = False
    for name, info in event.model_fields.items():
        before = name.removeprefix("was_")
        if name in commanded:
            of_command.append((name, name))
            misfits += _misfits(event, name, step.command, commanded[name].annotation)
        elif name in makers:
            signed.append(name)
        elif name == "was" and any(issubclass(one, Stage) for one in _classes(info.annotation)):
            of_state.append((name, "stage"))
        elif step.key is not None and name == identity(state):
            of_command.append((name, "stream"))
        elif step.key is not None and isinstance(getattr(step.key, name, None), property):
            of_command.append((name, name))  # it follows from the key
        elif before in known and not (NEW in step.when and name == before):
            # Of what is new nothing is known but how it was.
            of_state.append((name, before))
            misfits += _misfits(event, name, state, known[before])
        elif name == "fiscal_year":
            dated = True
        elif info.is_required():
            lacking.append(name)
    return Flow(
        event, tuple(of_command), tuple(of_state), tuple(signed), dated, new, tuple(lacking), tuple(misfits)
    )


def begins(step: Step[Any], event: type[Event]) -> bool:
    """Whether the event begins the thing, or begins it anew."""
    return NEW in step.when and event.leads_to is not None


def teller(flow: Flow) -> Callable[[Any, Any, Mapping[str, Any]], Event]:
    """Makes the event of a command, a state, and fields that are given besides."""
    names = [name for name, _ in (*flow.of_command, *flow.of_state)]
    from_command = values([attribute for _, attribute in flow.of_command])
    from_state = values([attribute for _, attribute in flow.of_state])
    made = flow.event.__pydantic_validator__.validate_python  # what `event(...)` calls

    def tell(command: Any, known: Progress, given: Mapping[str, Any]) -> Event:
        told = dict(zip(names, from_command(command) + from_state(known), strict=False))
        if flow.new:
            told["was"] = None
        if flow.dated:
            told["fiscal_year"] = fiscal_year(command.on)
        for name in flow.signed:
            told[name] = command.by.id
        event: Event = made({**told, **given} if given else told)
        return event

    return tell


def gathered(event: type[Event], state: type[Progress]) -> tuple[str, ...]:
    """The fields of a state that an event fills by their names."""
    own = PROGRESS - {"area"}
    return tuple(name for name in types_of(state) if name in event.model_fields and name not in own)


def identity(state: type[Progress]) -> str:
    """The state's field that is the thing's own id: its first one."""
    return next(one.name for one in fields(state) if one.name not in PROGRESS)


def values(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads these attributes of something, quicker than one after the other."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda of: tuple(getattr(of, name) for name in names)


def _misfits(event: type[Event], name: str, of: type, kind: Any) -> Iterator[str]:
    if name in ("area", "on"):
        return  # an area of the register is a narrower type than the scope that an event has
    info = event.model_fields[name]
    if issubclass(of, Progress):  # what is not known at the beginning is known by now
        kind = Union[tuple(one for one in _options(kind) if one is not NoneType)]  # noqa: UP007
    if not fits(kind, info.annotation):
        yield f"{event.__name__}.{name} is {shown(info.annotation)}, {of.__name__} has {shown(kind)}"
    elif issubclass(of, Command):
        bounds = {*map(repr, info.metadata)} - {*map(repr, of.model_fields[name].metadata)}
        if bounds:
            yield f"{event.__name__}.{name} has {', '.join(sorted(bounds))}, {of.__name__} has not"


def types_of(state: type[Progress]) -> Mapping[str, Any]:
    """The fields of a state and their types."""
    if (found := _TYPES.get(state)) is None:
        hints = get_type_hints(state)
        found = _TYPES[state] = {one.name: hints[one.name] for one in fields(state)}
    return found


_TYPES: dict[type, Mapping[str, Any]] = {}
"""Looked up once: a table asks for each field of each event."""


def fits(kind: Any, wanted: Any) -> bool:
    """Whether every value of a type is one of another, as far as can be told without running anything."""
    kind, wanted = _bare(kind), _bare(wanted)
    if len(_options(kind)) > 1 or len(_options(wanted)) > 1:
        return all(any(fits(one, other) for other in _options(wanted)) for one in _options(kind))
    if wanted is Any or kind == wanted:
        return True
    if get_origin(kind) is None and get_origin(wanted) is None:
        return isinstance(kind, type) and isinstance(wanted, type) and issubclass(kind, wanted)
    ours, theirs = get_args(kind), get_args(wanted)
    return (
        get_origin(kind) == get_origin(wanted) and len(ours) == len(theirs) and all(map(fits, ours, theirs))
    )


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _classes(kind: Any) -> list[type]:
    return [one for one in _options(kind) if isinstance(one, type)]


def shown(kind: Any) -> str:
    return " | ".join(
        "None" if one is NoneType else getattr(one, "__name__", str(one)) for one in _options(kind)
    )
