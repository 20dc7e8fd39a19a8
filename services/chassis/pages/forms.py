"""The page of a command: a form made of its blanks; what is filled in goes through the command's own route."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.days import today
from services.chassis.decider import Actor
from services.chassis.desk import Desk, Entry, Stamp
from services.chassis.pages import drafts
from services.chassis.pages.asking import Answer, ask
from services.chassis.pages.picking import Picking
from services.chassis.pages.sent import fields
from services.chassis.pages.shell import Shell, address, log_in, prefix
from services.chassis.pages.things import Thing, asked_of
from services.chassis.problems import FieldError, field_errors
from services.chassis.session import CSRF_FIELD, session_of
from services.chassis.session.places import login_for
from services.chassis.thai import numeric_date

OURS = ("key", "thing", "version", CSRF_FIELD)
"""Fields of the page itself."""


class Forms:
    """The form of every command and register row of a desk. `known` are what its look-ups may ask for."""

    def __init__(self, desk: Desk, shell: Shell, picking: Picking, known: Mapping[type, Any]) -> None:
        self._desk, self._shell, self._picking, self._known = desk, shell, picking, known

    async def show(self, request: Request) -> Response:
        """The form, empty, or as far as the address fills it in (`?thing=…` says what it is about), or as it was left."""
        entry = self._entry(request)
        if entry is None:
            return self._shell.page(request, "missing.html", 404)
        session = session_of(request)
        if session is None:
            return log_in(request)
        filled = {name: text for name, text in request.query_params.items() if name != "lang"}
        cookies: tuple[str, ...] = ()
        if any(one.name == "on" and one.kind == "day" for one in entry.form.own) and entry.thing:
            filled.setdefault(
                "on", numeric_date(today(), thai=False)
            )  # most is entered on its day; it can be typed over
        if filled.pop("draft", ""):
            draft, cookies = drafts.taken(request, session, request.url.path)
            filled |= draft
        return await self._form(
            request, entry, filled, key=str(uuid4()), cookies=cookies, brought_back=bool(cookies)
        )

    async def enter(self, request: Request) -> Response:
        """Enter what is filled in: then the thing's page, or the form as it was with what is wrong."""
        entry = self._entry(request)
        if entry is None:
            return self._shell.page(request, "missing.html", 404)
        filled = await fields(request)
        key = filled.get("key", "") or str(uuid4())
        session = session_of(request)
        if session is None:
            return await self._over(request, entry, filled, key)
        if not session.agrees(filled.get(CSRF_FIELD, "")):
            return await self._form(request, entry, filled, key=key, status=403, from_before=True)
        thing = filled.get("thing", "")
        form = entry.form
        own = form.step if thing and entry.thing else form.typed
        given, named = await self._picking.codes(request, form, _given(filled))
        errors: list[FieldError] = list(named)
        stream = thing or None
        try:
            typed = own.model_validate(given)
            if not errors:
                stream = stream or entry.about(vars(typed), self._known)
                nobody = Stamp(Actor(id="", scopes=()))  # the route fills in who it is
                errors = entry.mistakes(entry.made(vars(typed), nobody))
        except ValidationError as error:
            wrong = {one.field for one in named}
            told = field_errors(error.errors(include_input=False, include_url=False))
            errors += [one for one in told if one.field not in wrong]
        if errors:
            return await self._form(request, entry, filled, key=key, errors=errors, status=422)
        values = typed.model_dump(mode="json")
        path = entry.path.format_map({**values, **({entry.thing: stream} if entry.thing else {})})
        body = {name: value for name, value in values.items() if name in form.sent.model_fields}
        match = (
            {"if_match": f'"{filled["version"]}"'} if filled.get("version", "").isdecimal() and thing else {}
        )
        answer = await ask(
            request, entry.method, path, json.dumps(body).encode(), csrf=filled.get(CSRF_FIELD, ""),
            content_type="application/json", idempotency_key=key, **match,
        )  # fmt: skip
        if answer.status == 401:
            return await self._over(request, entry, filled, key)
        if not answer.ok:
            return await self._refused(request, entry, filled, key, answer)
        return RedirectResponse(_after(request, entry, answer), 303)

    def _entry(self, request: Request) -> Entry | None:
        entry = self._desk.entries.get(request.path_params["name"])
        return entry if entry is not None and entry.path else None

    async def _refused(
        self, request: Request, entry: Entry, filled: Mapping[str, str], key: str, answer: Answer
    ) -> Response:
        told = answer.told
        errors = [
            FieldError(one["field"], one["code"], one["th"], one["en"]) for one in told.get("errors", ())
        ]
        if told.get("field") and not errors:
            errors = [FieldError(told["field"], told["code"], told["detail_th"], told["detail_en"])]
        more: dict[str, Any] = {"problem": told}
        if answer.status == 412:  # its key has no answer yet: the same one may be sent with the newer version
            more["stale"] = True
        return await self._form(request, entry, filled, key=key, errors=errors, status=answer.status, **more)

    async def _over(self, request: Request, entry: Entry, filled: Mapping[str, str], key: str) -> Response:
        """The session is over: the form as it was, and the way to the log-in, which brings it back here."""
        kept = {name: value for name, value in filled.items() if name not in (CSRF_FIELD, "key")}
        cookies = drafts.kept(request, request.url.path, kept)
        back = login_for(f"{address(request).partition('?')[0]}?draft=1")
        return await self._form(request, entry, filled, key=key, status=401, login=back, cookies=cookies)

    async def _form(
        self, request: Request, entry: Entry, filled: Mapping[str, str], *, key: str, status: int = 200,
        errors: Sequence[FieldError] = (), cookies: tuple[str, ...] = (), **more: Any,
    ) -> Response:  # fmt: skip
        thing: Thing | None = None
        since = filled.get("version", "")
        if filled.get("thing") and entry.thing and status != 401:
            _, thing = await asked_of(request, self._desk, filled["thing"])
        asked = [one for one in entry.form.blanks if not (thing and one in entry.form.about)]
        named = {one.name for one in asked}
        errors = [_at_blank(error, named) for error in errors]
        first = next((error.field for error in errors if error.field in named), "")
        changed = (
            [one for one in thing.history if one["version"] > int(since)]
            if thing and more.get("stale")
            else []
        )
        return self._shell.page(
            request, "form.html", status, cookies=cookies, entry=entry, asked=asked, thing=thing, filled=filled, key=key,
            version=(thing.version if thing else ""), first=first, changed=changed,
            errors={error.field: error for error in reversed(errors) if error.field in named},
            others=[error for error in errors if error.field not in named],
            nothing_else=not named, **{"problem": None, "stale": False, "login": "", "from_before": False,
            "brought_back": False, **more},
        )  # fmt: skip


def _at_blank(error: FieldError, named: Collection[str]) -> FieldError:
    """What is wrong inside a row of a blank (`contracts.1.rate_bp`) is told at the blank, with the row's number."""
    blank, _, inside = error.field.partition(".")
    number = inside.partition(".")[0]
    if error.field in named or blank not in named or not number.isdecimal():
        return error
    place = int(number) + 1
    return FieldError(blank, error.code, f"รายการที่ {place}: {error.th}", f"item {place}: {error.en}")


def _given(filled: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in filled.items() if name not in OURS and value.strip()}


def _after(request: Request, entry: Entry, answer: Answer) -> str:
    """The page of the thing, with what was done to it."""
    told = answer.told
    return f"{prefix(request)}/desk/thing/{told['id']}?{urlencode({'done': entry.name, 'said': len(told['events'])})}"
