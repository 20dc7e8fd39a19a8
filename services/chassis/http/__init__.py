"""The HTTP kit: a service's route table, and what its routes take and answer.

table = Routes("members")

@table.command("POST", "/v1/memberships", roles={Role.OFFICER}, status=201)
async def apply(body: Application, run: Run) -> Reply:
    return await run(MEMBERSHIP, stream, Apply(...), created=f"/v1/memberships/{stream}")

@table.query("/v1/memberships", roles={Role.OFFICER})
async def by_area(caller: Caller, parts: Part[Parts], paging: Paging, seen: Seen, area: AreaFilter = "") -> Page: ...

app = create_app("members", table, access=Access(issuer, audience), handler=handler, parts={Parts: parts})
"""

from __future__ import annotations

from services.chassis.access import Caller, Role
from services.chassis.http.app import create_app
from services.chassis.http.filters import AreaFilter, FiscalYear
from services.chassis.http.pages import Page, Paging
from services.chassis.http.reading import Seen
from services.chassis.http.routes import ANYWHERE, BY_CALLER, BY_EVENTS, PUBLIC, Routes, within
from services.chassis.http.run import Handler, Reply, Run
from services.chassis.http.signature import Part
from services.chassis.http.status import Check

__all__ = [
    "ANYWHERE",
    "BY_CALLER",
    "BY_EVENTS",
    "PUBLIC",
    "AreaFilter",
    "Caller",
    "Check",
    "FiscalYear",
    "Handler",
    "Page",
    "Paging",
    "Part",
    "Reply",
    "Role",
    "Routes",
    "Run",
    "Seen",
    "create_app",
    "within",
]
