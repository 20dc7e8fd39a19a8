"""`funds`: a fund is established, assessed, reviewed, verified; its committee is renewed."""

from __future__ import annotations

from contracts.fund_levels import SCALES
from contracts.funds import FundKind
from contracts.ids import stream_id
from tests.chaos.office import Officer
from tests.chaos.stories.places import VILLAGES, day

KINDS = (FundKind.SAVINGS, FundKind.MOTHER, FundKind.WOMEN, FundKind.VILLAGE)


def first_fund(kind: FundKind, area: str) -> str:
    """The id of a village's first fund of a kind, whether or not it is established yet."""
    return stream_id("fund", kind, area, 1)


async def fund(officer: Officer, n: int) -> None:
    """Of one kind for each officer, village by village, so that no two establish the same."""
    kind, number = KINDS[officer.number % 4], 1 + n // len(VILLAGES)
    named = {"kind": kind, "area": VILLAGES[n % len(VILLAGES)], "name_th": f"กองทุน {officer.number}-{n}"}
    made = await officer.say("POST /v1/funds", {**named, "number": number, "on": day(officer, 2021, 1)})
    one, fund_id = "POST /v1/funds/{fund_id}", made["id"]
    if kind in SCALES and officer.dice.random() < 0.5:
        given = {
            "level": officer.dice.choice(SCALES[kind].levels),
            "passed": ["1.1"],
            "failed": ["1.2", "2.1"],
        }
        form = {"database_fiscal_year": 2564, "form_version": "example-1"}
        await officer.say(
            f"{one}/assess-fund-level", {**given, **form, "on": day(officer, 2021, 2)}, fund_id=fund_id
        )
        planned = {"indicators": [officer.dice.choice(given["failed"])], "on": day(officer, 2021, 3)}
        await officer.say(f"{one}/prepare-development-plan", planned, fund_id=fund_id)
    if officer.dice.random() < 0.5:
        await officer.say(f"{one}/review-fund-record", {"on": day(officer, 2021, 4)}, fund_id=fund_id)
        await officer.say(
            f"{one}/verify-fund-record", {"on": day(officer, 2021, 5)}, by="approver", fund_id=fund_id
        )
    if officer.dice.random() < 0.3:
        term = {"term_start": "2021-07-01", "term_end": "2025-06-30", "on": day(officer, 2021, 6)}
        await officer.say(f"{one}/renew-fund-committee", term, fund_id=fund_id)
