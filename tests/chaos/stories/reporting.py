"""`reporting`: people look at the board; reports are owed, handed in, given back and accepted."""

from __future__ import annotations

from tests.chaos.office import Officer
from tests.chaos.stories.places import day

ONE = "POST /v1/obligations/{obligation_id}"


async def board(officer: Officer, n: int) -> None:
    """The board's numbers of a district."""
    await officer.ask(f"/v1/members?area=51{officer.dice.randint(1, 8):02d}")


async def duty(officer: Officer, n: int) -> None:
    """A district owes a report, which goes up its chain; some come back once, some stay where they are."""
    owed = {
        "report": "duty-12-upgrade",
        "area": f"51{officer.dice.randint(1, 8):02d}",
        "fiscal_year": 2565,
        "period": f"{officer.number}-{n}",
        "due_on": day(officer, 2022, 6),
        "chain": ["district", "province", "department"],
        "on": day(officer, 2021, 10),
    }
    made = (await officer.say("POST /v1/obligations", owed, by="approver"))["id"]
    if officer.dice.random() < 0.3:
        moved = {"due_on": day(officer, 2022, 7), "reason": "announced", "on": day(officer, 2021, 11)}
        await officer.say(f"{ONE}/move-deadline", moved, by="approver", obligation_id=made)
    for month in range(1, 1 + officer.dice.randint(0, 2)):
        on = {"on": day(officer, 2022, month)}
        await officer.say(f"{ONE}/submit-report", on, obligation_id=made)
        if officer.dice.random() < 0.3:
            back = {**on, "reason": "incomplete"}
            await officer.say(f"{ONE}/return-report", back, by="approver", obligation_id=made)
            await officer.say(f"{ONE}/submit-report", on, obligation_id=made)
        await officer.say(f"{ONE}/accept-report", on, by="approver", obligation_id=made)
