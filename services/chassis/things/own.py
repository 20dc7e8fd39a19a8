"""A thing's own answer: its state, its stage by name, what this caller can do now, and its history."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from services.chassis.access import Caller
from services.chassis.commits import Commit
from services.chassis.days import today
from services.chassis.http.reading import Seen
from services.chassis.http.routes import BY_CALLER, PUBLIC, Routes
from services.chassis.http.signature import Part
from services.chassis.parts import Parts
from services.chassis.problems import refusal
from services.chassis.streams import Held, fold, said
from services.chassis.things.address import Address
from services.chassis.things.history import history
from services.chassis.things.kind import Kind
from services.chassis.things.possible import possible

KEPT_BACK = frozenset({"makers"})
"""Who recorded what stands in the history alone."""


def serve_own(routes: Routes, kind: Kind, readers: frozenset[Any]) -> None:
    """Declare the route; where everybody may read the thing, one for everybody and one for `readers`."""
    address = Address(kind)

    async def one(caller: Caller, seen: Seen, parts: Any, **given: Any) -> dict[str, Any]:
        stream = address.stream(given)
        commits = await parts.handler.history(stream)
        held = fold(kind.aggregate, Held(kind.aggregate.initial), commits)
        if not held.version:
            raise refusal(kind.absent)
        if not kind.public:
            _require(kind, held, caller, commits[-1].events[-1].envelope.area)
        day = today()
        seen.version(held.version, day.isoformat(), caller.actor, *sorted(caller.roles), *caller.scopes)
        path = kind.at.format_map(given)
        return {
            "id": stream,
            "version": held.version,
            **address.key(given),
            **state_of(held.state),
            **stage_of(kind, commits),
            **shown(kind, held.state, day),
            "can": possible(kind, held.state, path, caller),
            "history": history(kind, commits),
        }

    _signed(one, address, caller=Caller)
    one.__name__ = f"one_{kind.name.replace('-', '_')}"
    summary = f"{kind.called.th} · {kind.called.en}"
    routes.query(kind.own, roles=readers, scope=BY_CALLER, summary=summary)(one)
    if kind.public:
        _serve_public(routes, kind, address, summary)


def _serve_public(routes: Routes, kind: Kind, address: Address, summary: str) -> None:
    async def public(seen: Seen, parts: Any, **given: Any) -> dict[str, Any]:
        stream = address.stream(given)
        held = await parts.handler.state(kind.aggregate, stream)
        if not held.version:
            raise refusal(kind.absent)
        day = today()
        seen.version(held.version, *([day.isoformat()] if kind.shows else []))
        own = {} if kind.shows else {**address.key(given), **state_of(held.state)}
        return {"id": stream, "version": held.version, **own, **shown(kind, held.state, day)}

    _signed(public, address)
    public.__name__ = f"public_{kind.name.replace('-', '_')}"
    routes.query(kind.at, roles=PUBLIC, summary=summary)(public)


def _require(kind: Kind, held: Held, caller: Caller, last: str) -> None:
    """The thing lies in the caller's areas; one whose state is nobody's in particular, where it was last."""
    area = kind.aggregate.area(held.state)
    caller.require_area(last if area is None else area)


def state_of(state: Any) -> dict[str, Any]:
    """The state's own fields; what is made of others is for `shows`."""
    if not is_dataclass(state):
        return {}
    found = {one.name: getattr(state, one.name) for one in fields(state) if one.name not in KEPT_BACK}
    return {name: value for name, value in found.items() if _plain(value)}


def shown(kind: Kind, state: Any, day: date) -> Mapping[str, Any]:
    """What `shows` adds."""
    return {} if kind.shows is None else kind.shows(state, day)


def stage_of(kind: Kind, commits: Sequence[Commit]) -> dict[str, Any]:
    """Where the last event that leads somewhere led, and what that is called; nothing for what has no stages."""
    if kind.staged is None:
        return {}
    led = [said(recorded).leads_to for commit in commits for recorded in commit.events]
    stage = next((one for one in reversed(led) if one is not None), None)
    named = None if stage is None else {"th": stage.th, "en": stage.en}
    return {"stage": stage, "stage_label": named}


def _plain(value: Any) -> bool:
    if isinstance(value, tuple | frozenset | list):
        return all(map(_plain, value))
    return value is None or isinstance(value, str | int | float | date | Enum)


def _signed(function: Any, address: Address, **given: Any) -> None:
    keyword = inspect.Parameter.KEYWORD_ONLY
    taken = {**given, "seen": Seen, "parts": Part[Parts]}
    function.__signature__ = inspect.Signature(
        [
            *address.parameters(),
            *(inspect.Parameter(name, keyword, annotation=kind) for name, kind in taken.items()),
        ],
        return_annotation=dict[str, Any],
    )
