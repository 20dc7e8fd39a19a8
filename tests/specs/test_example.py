"""The demo's generated funds, producers and reports: every request is accepted, and a second run says nothing new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest

from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.chassis.service import Service
from services.cli import example, lamphun
from services.cli.example import Ask
from services.funds.app import SERVICE as FUNDS
from services.otop.app import SERVICE as OTOP
from services.reporting.app import SERVICE as REPORTING
from tests.edge import Edge, bearer, edge_of

LONG_AGO = date(1900, 1, 1)
CODES = sorted({village[:wide] for village in lamphun.village_codes() for wide in (2, 4, 6, 8)})
BOTH = (Role.OFFICER, Role.APPROVER)
PEOPLE = {who: bearer(*BOTH, area="", actor=f"demo-{who}") for who in ("district", "province")}


async def ask(edge: Edge, asks: Iterable[Ask]) -> list[bool]:
    """Send them to their service; for each, whether it was a repeated one."""
    repeated = []
    for each in asks:
        path = each.path.removeprefix(f"/{edge.service.name}")
        answer = await edge.post(path, each.body, key=each.key, Authorization=PEOPLE[each.who])
        assert answer.status_code < 300, (each, answer.text)
        repeated.append(answer.json()["repeated"])
    return repeated


@pytest.mark.parametrize(
    ("service", "asks"),
    [
        (FUNDS, [*example.funds()]),
        (OTOP, [*example.producers()]),
        (REPORTING, [*example.obligations(), *example.reports()]),
    ],
    ids=["funds", "otop", "reporting"],
)
async def test_the_example_is_loaded_once_however_often_the_demo_runs(service: Service, asks: list[Ask]):
    async with edge_of(service) as edge:
        edge.hear(*(AreaRegistered(area=code, on=LONG_AGO, name_th="ที่", name_en="Place") for code in CODES))
        assert not any(await ask(edge, asks))
        said = len(edge.events())
        assert said >= len(asks)
        assert all(await ask(edge, asks))
        assert len(edge.events()) == said


def test_no_two_requests_have_the_same_key():
    asks = [*example.funds(), *example.producers(), *example.obligations(), *example.reports()]
    assert len({each.key for each in asks}) == len(asks)


def test_every_generated_entry_says_that_it_is_one():
    for each in example.funds():
        assert "ตัวอย่าง" in each.body.get("name_th", "ตัวอย่าง")
        assert each.body.get("form_version", "example").startswith("example")
    for each in example.producers():
        for name in ("registration_number", "letter", "order"):
            assert each.body.get(name, "EXAMPLE").startswith("EXAMPLE")
