"""Every route that takes personal data, once: nothing of it is in an event, a view, a log line or an answer but one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bson import encode as bson_encode

from contracts.event import event_types
from services.chassis.access import Role
from services.members.api import routes
from services.members.api.imports import imports
from services.members.api.table import desk
from tests.edge import Edge, bearer, logged
from tests.lamphun_edge import (
    CARD,
    REASON,
    VILLAGE,
    assert_untold,
    csv_of,
    line_of,
    members,
    number_of,
    person_of,
)

BOTH = bearer(Role.OFFICER, Role.APPROVER)
APPROVER: Any = {"Authorization": bearer(Role.APPROVER)}
NUMBERS = range(6)


async def story(edge: Edge) -> tuple[set[str], str]:
    """Every route of `members` called at least once; which, and all that was answered but the reading of a person."""
    called: set[str] = set()
    told: list[str] = []
    shown = ("/v1/persons/{person_id}", "/v1/imports/{import_id}/faults")
    templates = {
        (declared.method, declared.path): declared.path.split("/") for declared in routes.declared
    }  # literals first: /v1/persons/lookup is no person

    async def send(method: str, path: str, body=None, expected: int = 200, **heads):
        answer = await edge.client.request(method, path, json=body, headers=heads)
        return note(method, path, answer, expected)

    def note(method: str, path: str, answer, expected: int):
        assert answer.status_code == expected, answer.text
        parts = path.partition("?")[0].split("/")
        fits = [
            (sum(own.startswith("{") for own in pieces), template)
            for (own_method, template), pieces in templates.items()
            if own_method == method
            and len(pieces) == len(parts)
            and all(own.startswith("{") or own == given for own, given in zip(pieces, parts, strict=True))
        ]
        template = min(fits)[1]
        called.add(f"{method} {template}")
        if template not in shown or expected != 200:
            told.append(f"{answer.text} {dict(answer.headers)}")
        return answer

    person = (await send("POST", "/v1/persons", person_of(1), 201)).json()["id"]
    await send("POST", "/v1/persons/lookup", {"citizen_number": number_of(1)})
    assert number_of(1) in (await send("GET", f"/v1/persons/{person}")).text
    details = {name: value for name, value in person_of(1).items() if name != "area"}
    await send(
        "POST", f"/v1/persons/{person}/correct-person", {**details, "given_name": person_of(2)["given_name"]}
    )
    body = {"person_id": person, "area": VILLAGE, "on": "2021-10-01"}
    path = (await send("POST", "/v1/memberships", body, 201)).headers["Location"]
    await send("POST", f"{path}/register", {"on": "2021-10-15"})
    await send("POST", f"{path}/issue-card", {"on": "2021-10-20", "card_number": CARD})
    await send("POST", f"{path}/confirm-current", {"on": "2021-10-25"})
    await send("POST", f"{path}/leave", {"on": "2021-11-01", "reason": REASON})
    await send("POST", "/v1/register-entries", line_of(3), 201)
    answer = note(
        "POST", "/v1/imports/memberships", await edge.csv("memberships", csv_of(line_of(4), line_of(5))), 202
    )
    await send("GET", "/v1/imports/memberships/template?format=csv")
    for kind in desk.entries:
        note("POST", f"/v1/imports/{kind}", await edge.csv(kind, "x", Authorization=BOTH), 422)
    wrong = csv_of(line_of(4), line_of(5, area="?"))
    faults = note("POST", "/v1/imports/memberships", await edge.csv("memberships", wrong), 422).json()[
        "faults"
    ]
    assert number_of(4) in (await send("GET", faults)).text
    await edge.tell()
    stop = asyncio.Event()
    working = asyncio.create_task(imports.worker(edge.parts)(stop))
    while (await send("GET", answer.headers["Location"])).json()["status"] == "running":
        await asyncio.sleep(0.01)
    stop.set()
    await working
    await edge.tell()
    await send("GET", "/v1/memberships?area=51")
    await send("GET", path)
    await send("POST", f"/v1/persons/{person}/forget-person", **APPROVER)
    await send("GET", f"/v1/persons/{person}", expected=409)
    area = {"code": "51010109", "name_th": "บ้านเก้า", "name_en": "Ban Kao", "valid_from": "2021-10-01"}
    await send("POST", "/v1/areas", area, 201)
    await send("POST", "/v1/areas/510101/split-area", {"into": ["510201"], "on": "2021-10-01"})
    await send("POST", "/v1/areas/51010109/abolish-area", {"on": "2021-11-01"})
    await send("GET", "/v1/areas/51010109")
    target = {"base_value": 3348, "base_date": "2021-11-26", "percent": 5}
    await send("PUT", "/v1/growth-targets/tsm/51/2565", target, **APPROVER)
    await send("GET", "/v1/growth-targets/tsm/51/2565")
    await send("GET", "/v1/growth-targets/tsm/51/2565/desk")
    await edge.tell()
    await send("GET", "/v1/growth-targets?area=51")
    for kind in ("csv", "xlsx"):
        await send("GET", f"/v1/memberships?area=51&format={kind}")
    return called, "\n".join(told)


async def test_nothing_personal_leaves_by_any_route():
    async with members() as edge:
        with logged() as lines:
            called, told = await story(edge)
        assert called == {f"{declared.method} {declared.path}" for declared in routes.declared}
        said = {event["type"] for document in edge.store.documents.values() for event in document["events"]}
        assert said == {name for name, cls in event_types().items() if cls.service == "members"} - {
            "chumchon.members.AreaRenamed.v1"
        }
        assert_untold(json.dumps(edge.events(), ensure_ascii=False), *NUMBERS)
        assert '"route": "/v1/persons/{person_id}"' in lines()
        assert_untold(lines(), *NUMBERS)
        assert_untold(told, *NUMBERS)
        assert_untold(repr([model.documents for model in edge.models.values()]), *NUMBERS)
        assert_untold(repr(edge.reports.reports) + repr(edge.access_log.noted), *NUMBERS)
        for document in edge.store.documents.values():
            assert_untold(bson_encode(document).decode("utf-8", "replace"), *NUMBERS)
