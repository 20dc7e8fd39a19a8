"""What officers do, a story after the other. A command more is one line: its route and its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.chassis.thai import generated_citizen_number
from tests.chaos.office import Officer

TAMBONS = tuple(f"51{district:02d}{tambon:02d}" for district in range(1, 9) for tambon in range(1, 13))
VILLAGES = tuple(f"{tambon}{village:02d}" for tambon in TAMBONS for village in (1, 2))
PERSONS = 1_000_000
"""Citizen numbers of one officer."""

Story = Callable[[Officer, int], Awaitable[None]]
"""The n-th story of an officer, from 0."""


def _day(officer: Officer, month: int) -> str:
    return f"2021-{month:02d}-{officer.dice.randint(1, 28):02d}"


def _citizen(officer: Officer, n: int) -> str:
    return generated_citizen_number(officer.number * PERSONS + n)


async def volunteer(officer: Officer, n: int) -> None:
    """A person is made known, applies, is registered; some get a card, are confirmed, leave."""
    area = officer.dice.choice(VILLAGES)
    named = {"given_name": "ตัวอย่าง", "family_name": "สร้างขึ้น"}
    person = await officer.say(
        "POST /v1/persons", {"citizen_number": _citizen(officer, n), "area": area, **named}
    )
    applies = {"person_id": person["id"], "area": area, "on": _day(officer, 2), "generated": True}
    member = (await officer.say("POST /v1/memberships", applies))["id"]
    step = "POST /v1/memberships/{membership_id}"
    await officer.say(f"{step}/register", {"on": _day(officer, 3), "cohort": "new"}, membership_id=member)
    if officer.dice.random() < 0.7:
        card = {"on": _day(officer, 4), "card_number": f"{officer.number}-{n}"}
        await officer.say(f"{step}/card", card, membership_id=member)
    if officer.dice.random() < 0.5:
        await officer.say(f"{step}/confirm", {"on": _day(officer, 5)}, membership_id=member)
    if officer.dice.random() < 0.3:
        await officer.say(f"{step}/leave", {"on": _day(officer, 6), "reason": "ย้าย"}, membership_id=member)


async def target(officer: Officer, n: int) -> None:
    """A growth target of a district: all officers of `members` write the same eight streams."""
    place: dict[str, str | int] = {
        "network": "tsm",
        "area": f"51{officer.dice.randint(1, 8):02d}",
        "fiscal_year": 2565,
    }
    wanted = {"base_value": 100 + n, "base_date": "2021-10-01", "percent": officer.dice.randint(1, 99)}
    await officer.say("PUT /v1/growth-targets/{network}/{area}/{fiscal_year}", wanted, **place)


async def register_file(officer: Officer, n: int) -> None:
    """A register of ten people as CSV; the import worker runs its rows."""
    head = "citizen_id,given_name,family_name,network,area,applied_on,registered_on,old_or_new,generated"
    rows = [
        f"{_citizen(officer, PERSONS // 2 + 10 * n + row)},ตัวอย่าง,สร้างขึ้น,tsm,{officer.dice.choice(VILLAGES)},"
        f"{_day(officer, 2)},{_day(officer, 3)},new,ใช่"
        for row in range(10)
    ]
    file = "\n".join([head, *rows]).encode()
    await officer.say("POST /v1/imports/{kind}", file, kind="memberships")


async def fund(officer: Officer, n: int) -> None:
    """A fund is established in a village."""
    kind = ("savings", "mother", "women", "village")[officer.number % 4]
    named = {"kind": kind, "area": VILLAGES[n % len(VILLAGES)], "name_th": f"กองทุน {officer.number}-{n}"}
    number = 1 + n // len(VILLAGES)
    await officer.say("POST /v1/funds", {**named, "number": number, "on": _day(officer, 1)})


async def producer(officer: Officer, n: int) -> None:
    """A producer applies."""
    applies: dict[str, Any] = {
        "registration_ref": f"{officer.number}-{n}",
        "category": officer.dice.choice(("group", "single-owner", "sme")),
        "channel": officer.dice.choice(("office", "online")),
        "area": officer.dice.choice(VILLAGES),
        "on": _day(officer, 1),
    }
    await officer.say("POST /v1/producers", applies)


async def board(officer: Officer, n: int) -> None:
    """Somebody looks at the board's numbers of a district."""
    await officer.ask(f"/v1/members?area=51{officer.dice.randint(1, 8):02d}")


STORIES: Mapping[str, tuple[tuple[Story, float], ...]] = {
    "members": ((volunteer, 0.75), (target, 0.2), (register_file, 0.05)),
    "funds": ((fund, 1.0),),
    "otop": ((producer, 1.0),),
    "reporting": ((board, 1.0),),
}
"""Service → its stories and how often each is chosen."""

OFFICERS: Mapping[str, int] = {"members": 8, "funds": 4, "otop": 4, "reporting": 2}
PAUSE = 0.05
"""Seconds between two stories of one officer, at most."""
