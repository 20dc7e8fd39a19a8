"""`members`: volunteers, growth targets, registers as files."""

from __future__ import annotations

from tests.chaos.office import Officer
from tests.chaos.stories.places import PERSONS, VILLAGES, citizen, day


async def volunteer(officer: Officer, n: int) -> None:
    """A person is made known, applies, is registered; some get a card, are confirmed, leave."""
    area = officer.dice.choice(VILLAGES)
    named = {"given_name": "ตัวอย่าง", "family_name": "สร้างขึ้น"}
    person = await officer.say(
        "POST /v1/persons", {"citizen_number": citizen(officer, n), "area": area, **named}
    )
    applies = {"person_id": person["id"], "area": area, "on": day(officer, 2021, 2), "generated": True}
    member = (await officer.say("POST /v1/memberships", applies))["id"]
    step = "POST /v1/memberships/{membership_id}"
    await officer.say(
        f"{step}/register", {"on": day(officer, 2021, 3), "cohort": "new"}, membership_id=member
    )
    if officer.dice.random() < 0.7:
        card = {"on": day(officer, 2021, 4), "card_number": f"{officer.number}-{n}"}
        await officer.say(f"{step}/issue-card", card, membership_id=member)
    if officer.dice.random() < 0.5:
        await officer.say(f"{step}/confirm-current", {"on": day(officer, 2021, 5)}, membership_id=member)
    if officer.dice.random() < 0.3:
        await officer.say(
            f"{step}/leave", {"on": day(officer, 2021, 6), "reason": "ย้าย"}, membership_id=member
        )


async def target(officer: Officer, n: int) -> None:
    """A growth target of a district: all officers of `members` write the same eight streams."""
    district = f"51{officer.dice.randint(1, 8):02d}"
    wanted = {"base_value": 100 + n, "base_date": "2021-10-01", "percent": officer.dice.randint(1, 99)}
    route = "PUT /v1/growth-targets/{network}/{area}/{fiscal_year}"
    await officer.say(route, wanted, network="tsm", area=district, fiscal_year=2565)


async def register_file(officer: Officer, n: int) -> None:
    """A register of ten people as CSV; the import worker runs its rows."""
    head = "citizen_id,given_name,family_name,network,area,applied_on,registered_on,old_or_new,generated"
    rows = [
        f"{citizen(officer, PERSONS // 2 + 10 * n + row)},ตัวอย่าง,สร้างขึ้น,tsm,{officer.dice.choice(VILLAGES)},"
        f"{day(officer, 2021, 2)},{day(officer, 2021, 3)},new,ใช่"
        for row in range(10)
    ]
    file = "\n".join([head, *rows]).encode()
    await officer.say("POST /v1/imports/memberships", file)
