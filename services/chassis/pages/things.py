"""The page of a thing: how it stands, what can be done with it now, and its history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.chassis.access import Role
from services.chassis.days import today
from services.chassis.desk import Desk, Entry
from services.chassis.forms import Label
from services.chassis.pages.asking import Answer, ask
from services.chassis.pages.picking import Picking
from services.chassis.pages.shell import Shell, language, log_in
from services.chassis.problems import Language
from services.chassis.session import session_of
from services.chassis.things.kind import Kind

UNSAID = frozenset({"id", "version", "area", "stage", "stage_label", "can", "history", "warnings", "path"})
"""Members of a thing's answer that the page says in another place."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing as its own route tells the reader of the page."""

    things: Kind
    told: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.told["id"])

    @property
    def version(self) -> int:
        return int(self.told["version"])

    @property
    def history(self) -> Sequence[Mapping[str, Any]]:
        """The newest first."""
        return list(reversed(self.told["history"]))

    def name(self, spoken: Language) -> str:
        """Its name where it has one, else its number, else what it is."""
        for field in ("name_th", "registration_number", "number"):
            if text := self.told.get(field):
                return str(text)
        called: Label = self.things.called
        return called.said(spoken)

    def facts(self, spoken: Language) -> list[tuple[Label, str]]:
        """What is known of it, with labels; what nobody has said, and what has no name for people, is left out."""
        shown = {column.name: column for column in self.things.columns}
        rows: dict[str, tuple[Label, str]] = {}
        for field, value in _leaves(self.told):
            label, column = self.things.labels.get(field), shown.get(field)
            if label is None or field in rows:
                continue
            text = column.shown(value, spoken) if column else plain(value)
            if text:
                rows[field] = (label, text)
        return list(rows.values())


def _leaves(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields that have a value, also those of a part (the last assessment of a fund, say)."""
    for field, value in told.items():
        if field in UNSAID or value in (None, "", [], {}):
            continue
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif not (isinstance(value, list) and any(isinstance(one, Mapping) for one in value)):
            yield field, value


class ThingPages:
    """The pages of the things of a service."""

    def __init__(
        self, desk: Desk, shell: Shell, picking: Picking, put_aside: Callable[[str], Awaitable[int]]
    ) -> None:
        self._desk, self._shell, self._picking, self._put_aside = desk, shell, picking, put_aside

    async def show(self, request: Request) -> Response:
        """One thing."""
        if session_of(request) is None:
            return log_in(request)
        answer, thing = await asked_of(request, self._desk, request.path_params["id"])
        if thing is None:
            told = answer.told if answer is not None else None
            return self._shell.page(request, "missing.html", answer.status if answer else 404, problem=told)
        spoken = language(request)
        can = [
            (self._desk.entries[one["command"]], one)
            for one in thing.told["can"]
            if one["command"] in self._desk.entries
        ]
        done = self._desk.entries.get(request.query_params.get("done", ""))
        return self._shell.page(
            request, "thing.html", thing=thing, can=can, place=await self._picking.called(thing.told["area"], spoken),
            done=done, nothing=request.query_params.get("said") == "0", facts=thing.facts(spoken),
            aside=await self._put_aside(thing.id),
            at_once=at_once, today=today().isoformat(), happened=thing.history, labels=thing.things.labels,
        )  # fmt: skip


async def asked_of(request: Request, desk: Desk, stream: str) -> tuple[Answer | None, Thing | None]:
    """The thing of a stream as its own route answers; with the answer where it does not show it."""
    things = desk.kinds.get(stream.partition(":")[0])
    if things is None:
        return None, None
    answer = await ask(request, "GET", things.own.partition("{")[0] + stream + things.own.partition("}")[2])
    return answer, Thing(things, answer.told) if answer.ok else None


def at_once(entry: Entry) -> bool:
    """Whether it is an approval of which nothing but its day is asked: then one click is enough. What an officer enters has
    its form: a click beside it must not end a membership."""
    return (
        entry.roles == {Role.APPROVER}
        and not [one for one in entry.form.own if one.required and one.name != "on"]
        and any(one.name == "on" for one in entry.form.own)
    )


def plain(value: Any) -> str:
    """A value that no column shows: numbers and days as they are."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
