"""The route of an entry: a function with the signature that the HTTP kit reads, made of the entry's form."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Collection
from typing import Annotated, Any

from pydantic import StringConstraints

from contracts.ids import id_pattern
from services.chassis.access import Caller
from services.chassis.decider import Aggregate
from services.chassis.desk.asking import Stamp, Stream
from services.chassis.desk.entry import Entry
from services.chassis.http import Reply, Routes, Run
from services.chassis.http.signature import part
from services.chassis.problems import Problem, invalid

Serve = Callable[..., Awaitable[Reply]]
PLACEHOLDER = re.compile(r"{(\w+)}")


def serve_command(routes: Routes, entry: Entry, aggregate: Aggregate[Any, Any], *, created: str = "") -> None:
    """The route of a command: its fields from body and address, its stream from the address or from itself. One that makes
    a thing says at which address it is `created`."""
    thing, named = entry.thing, _named(entry.parts())
    in_path = [] if thing else PLACEHOLDER.findall(entry.path)

    async def enter(run: Run, body: Any = None, **given: Any) -> Reply:
        values = {} if body is None else vars(body)
        if in_path:
            values = {**values, **{name: given[name] for name in in_path}}
        command = entry.made(values, Stamp(run.by))
        known: dict[Any, Any] = {kind: given[name] for name, kind in named.items()}
        stream = given[thing] if thing else entry.about(values, known) or command.stream
        unless = None
        if entry.checks or entry.fill:
            known |= {Caller: run.caller, Stream: stream}
            refused = await entry.refusal(command, known)
            unless = refused[1] if refused else None
            if entry.fill is not None:
                command = await entry.fill(command, known)
        return await run(
            aggregate, stream, command, created=_location(created, command, stream), unless=unless
        )

    _declare(routes, entry, enter, named, 201 if created else 200)


def _location(at: str, command: Any, stream: str) -> str:
    """The address of what the command made: by its key, or by its stream."""
    return PLACEHOLDER.sub(lambda found: str(getattr(command, found[1], stream)), at)


def serve_row(routes: Routes, entry: Entry, parts: Collection[Any], created: str) -> None:
    """The route of a row that comes alone: what is wrong with it is told as in a file; then its commands run in order."""
    named = _named({*parts, *entry.parts()})

    async def enter(run: Run, body: Any, **given: Any) -> Reply:
        stamp = Stamp(run.by)
        known: dict[Any, Any] = {kind: given[name] for name, kind in named.items()}
        known |= {Caller: run.caller, Stamp: stamp}
        row = entry.made(vars(body), stamp)
        errors = await entry.errors(row, known, None)
        if entry.every is not None:
            errors += await entry.every({None: row}, known)
        if errors:
            raise invalid(errors)
        *before, last = entry.steps(row, None, known)
        for step in before:
            try:
                await run(step.order.aggregate, step.order.stream, step.order.command)
            except Problem as problem:
                if problem.kind.code not in step.tolerate:
                    raise
        order = last.order
        return await run(order.aggregate, order.stream, order.command, created=created.format(order.stream))

    _declare(routes, entry, enter, named, 201)


def _named(parts: Collection[Any]) -> dict[str, Any]:
    """Names for the parts that a route takes."""
    return {f"part_{n}": kind for n, kind in enumerate(sorted(parts, key=str))}


def _declare(routes: Routes, entry: Entry, enter: Serve, named: dict[str, Any], status: int) -> None:
    form, thing = entry.form, entry.thing
    sent = {one.name: one.sent for one in form.blanks}
    id_of = Annotated[str, StringConstraints(pattern=id_pattern(thing.removesuffix("_id").replace("_", "-")))]
    kinds: dict[str, Any] = {
        name: id_of if name == thing else sent[name] for name in PLACEHOLDER.findall(entry.path)
    }
    if form.sent.model_fields:
        kinds["body"] = form.sent
    kinds |= {"run": Run, **{name: part(kind) for name, kind in named.items()}}
    enter.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # inspect's own protocol
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind)
            for name, kind in kinds.items()
        ],
        return_annotation=Reply,
    )
    enter.__name__ = enter.__qualname__ = entry.name.replace("-", "_")
    enter.__doc__ = form.help or None
    summary = f"{form.label.th} · {form.label.en}"
    routes.command(entry.method, entry.path, roles=entry.roles, status=status, summary=summary)(enter)
