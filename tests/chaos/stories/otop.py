"""`otop`: a producer applies, the district has its opinion, the province decides, an appeal, a revocation."""

from __future__ import annotations

from tests.chaos.office import Officer
from tests.chaos.stories.funds import KINDS, first_fund
from tests.chaos.stories.places import VILLAGES, day

ONE = "POST /v1/producers/{producer_id}"


async def producer(officer: Officer, n: int) -> None:
    """Most groups name a fund: of their village, which may be established later or never, sometimes of another one."""
    dice, area = officer.dice, officer.dice.choice(VILLAGES)
    category = dice.choice(("group", "group", "single-owner", "sme"))
    applies = {
        "registration_ref": f"{officer.number}-{n}",
        "category": category,
        "channel": dice.choice(("office", "online")),
        "area": area,
        "on": day(officer, 2022, 1),
    }
    if category == "group" and dice.random() < 0.8:
        applies["fund_id"] = first_fund(
            dice.choice(KINDS), area if dice.random() < 0.9 else dice.choice(VILLAGES)
        )
    made = (await officer.say("POST /v1/producers", applies))["id"]
    if dice.random() < 0.2:
        incomplete = {"reasons": ["photograph"], "on": day(officer, 2022, 2)}
        await officer.say(f"{ONE}/return-application", incomplete, producer_id=made)
        await officer.say(f"{ONE}/resubmit-application", {"on": day(officer, 2022, 3)}, producer_id=made)
    opinion = {"agreed": dice.random() < 0.8, "reasons": ["visited"], "on": day(officer, 2022, 4)}
    await officer.say(f"{ONE}/give-district-opinion", opinion, producer_id=made)
    certificate = {"registration_number": f"{officer.number}-{n}", "announced_on": "2022-07-01"}
    on = day(officer, 2022, 5)
    if dice.random() < 0.3:
        refusal = {"reasons": ["product"], "letter": f"{n}/2565", "notified_on": on, "on": on}
        await officer.say(f"{ONE}/refuse-registration", refusal, by="approver", producer_id=made)
        await officer.say(f"{ONE}/file-appeal", {"on": on}, producer_id=made)
        if dice.random() < 0.5:
            rejected = {"reasons": ["product"], "on": on}
            await officer.say(f"{ONE}/dismiss-appeal", rejected, by="governor", producer_id=made)
            return
        await officer.say(f"{ONE}/uphold-appeal", {**certificate, "on": on}, by="governor", producer_id=made)
    else:
        await officer.say(
            f"{ONE}/certify-producer", {**certificate, "on": on}, by="approver", producer_id=made
        )
    if dice.random() < 0.2:
        order = {"order": f"{n}/2565", "reasons": ["not-a-producer"], "on": day(officer, 2022, 8)}
        await officer.say(f"{ONE}/revoke-registration", order, by="approver", producer_id=made)
