"""The page of a file: the template, a trial, the import, what is wrong row by row, and how far it is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.desk import Desk
from services.chassis.forms.sheets import MEDIA_TYPE, is_sheet
from services.chassis.pages.asking import Answer, ask
from services.chassis.pages.sent import fields_with_file
from services.chassis.pages.shell import Shell, log_in, prefix
from services.chassis.session import CSRF_FIELD, session_of


class FilePages:
    """The files of a service."""

    def __init__(self, desk: Desk, shell: Shell) -> None:
        self._desk, self._shell = desk, shell

    async def show(self, request: Request) -> Response:
        """What to send, and where."""
        entry = self._desk.entries.get(request.path_params["name"])
        if entry is None:
            return self._shell.page(request, "missing.html", 404, problem=None)
        if session_of(request) is None:
            return log_in(request)
        return self._page(request, entry)

    async def send(self, request: Request) -> Response:
        """Try a file, or hand it in: then the page of the import."""
        entry = self._desk.entries.get(request.path_params["name"])
        if entry is None:
            return self._shell.page(request, "missing.html", 404, problem=None)
        session = session_of(request)
        if session is None:
            return log_in(request)
        sent = await fields_with_file(request)
        csrf = sent.get(CSRF_FIELD, b"").decode("ascii", "replace")
        raw, dry = sent.get("file", b""), sent.get("what") == b"try"
        how = {
            **({"dry_run": "true"} if dry else {}),
            **({"skip_bad_rows": "true"} if sent.get("skip_bad_rows") else {}),
        }
        kind = MEDIA_TYPE if is_sheet(raw) else "text/csv"
        answer = await ask(
            request,
            "POST",
            f"/v1/imports/{entry.name}",
            raw,
            query=urlencode(how),
            csrf=csrf,
            content_type=kind,
        )
        if answer.ok and not dry:
            return RedirectResponse(f"{prefix(request)}/desk/import/{answer.told['id']}", 303)
        return self._page(request, entry, answer, dry=dry)

    async def progress(self, request: Request) -> Response:
        """How far an import is."""
        if session_of(request) is None:
            return log_in(request)
        answer = await ask(request, "GET", f"/v1/imports/{request.path_params['id']}")
        if not answer.ok:
            return self._shell.page(request, "missing.html", answer.status, problem=answer.told)
        told = answer.told
        return self._shell.page(request, "import.html", run=told, entry=self._desk.entries[told["kind"]])

    def _page(
        self, request: Request, entry: Any, answer: Answer | None = None, *, dry: bool = False
    ) -> Response:
        status = answer.status if answer is not None else 200
        told = answer.told if answer is not None else None
        return self._shell.page(
            request, "file.html", status, entry=entry, told=told, dry=dry, failed=status >= 400
        )
