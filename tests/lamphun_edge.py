"""`members` in memory with a small piece of Lamphun in its register, and people who are nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from contracts.calendar import FIRST_DAY
from services.chassis.thai import generated_citizen_number
from services.members.app import SERVICE
from services.members.domain.area_register import (
    AREA_REGISTER,
    AbolishArea,
    RegisterArea,
    RegisterAreas,
    register_stream,
)
from tests.edge import Edge, edge_of

VILLAGE, OTHER_VILLAGE = "51010101", "51010102"
ABOLISHED = "51010103"
"""Since 1 October 2021; its heir is VILLAGE."""
UNKNOWN = "51010199"
ELSEWHERE = "52010101"
"""A village of Lampang."""
CODES = ("51", "5101", "510101", VILLAGE, OTHER_VILLAGE, ABOLISHED, "5102", "510201", "51020101")
FIRST = 7_000_000
"""Generated numbers from here on are the specs'."""
GIVEN, FAMILY, CARD, REASON = "ตัวอย่างวิไล", "สมมุติทองดี", "บัตร-๔๔๒๑", "ย้ายไปอยู่กับบุตร"
"""What must be nowhere but in sealed parts and in the answer to who may read it."""
BIRTH_DAYS = ("2510-04-13", "1967-04-13")

COLUMNS = (
    "citizen_id,given_name,family_name,birth_date,network,area,applied_on,registered_on,card_no,card_issued_on,"
    "old_or_new,generated"
)


def number_of(n: int) -> str:
    """The citizen number of the n-th person."""
    return generated_citizen_number(FIRST + n)


def person_of(n: int, **changed: Any) -> dict[str, Any]:
    """A body that registers the n-th person."""
    body = {
        "citizen_number": number_of(n),
        "given_name": f"{GIVEN}{n}",
        "family_name": FAMILY,
        "birth_date": BIRTH_DAYS[0],
        "area": VILLAGE,
    }
    return {**body, **changed}


def line_of(n: int, **changed: Any) -> dict[str, Any]:
    """The n-th person's row of a member register."""
    line = {
        "citizen_id": number_of(n),
        "given_name": f"{GIVEN}{n}",
        "family_name": FAMILY,
        "birth_date": BIRTH_DAYS[0],
        "network": "tsm",
        "area": VILLAGE,
        "applied_on": "๑ ต.ค. ๒๕๖๔",
        "registered_on": "2021-10-15",
        "card_no": f"{CARD}-{n}",
        "card_issued_on": "20/10/2564",
        "old_or_new": "new",
        "generated": "ใช่",
    }
    return {**line, **changed}


def csv_of(*lines: dict[str, Any]) -> str:
    """A file of register rows."""
    names = COLUMNS.split(",")
    rows = [",".join(str(line.get(name, "")) for name in names) for line in lines]
    return "\n".join((COLUMNS, *rows, ""))


def personal_of(*numbers: int) -> list[str]:
    """Everything about these people that may not be told."""
    own = [value for n in numbers for value in (number_of(n), f"{GIVEN}{n}", f"{CARD}-{n}")]
    return [*own, GIVEN, FAMILY, CARD, REASON, *BIRTH_DAYS]


def assert_untold(told: str, *numbers: int) -> None:
    """None of it is in the text."""
    found = [value for value in personal_of(*numbers) if value in told]
    assert not found, f"{found} in {told[:2000]}"


@asynccontextmanager
async def members(**changed: Any) -> AsyncIterator[Edge]:
    """`members` with its register filled."""
    async with edge_of(SERVICE, **changed) as edge:
        await register_areas(edge)
        yield edge


async def register_areas(edge: Edge) -> None:
    """Put CODES, and a village of Lampang, into the register."""
    for province, codes in (("51", CODES), ("52", ("52", "5201", "520101", ELSEWHERE))):
        rows = tuple(
            RegisterArea(code=code, name_th=f"ที่ {code}", name_en=f"Place {code}", valid_from=FIRST_DAY)
            for code in codes
        )
        await edge.run(AREA_REGISTER, register_stream(province), RegisterAreas(rows=rows))
    abolished = AbolishArea(code=ABOLISHED, successor=VILLAGE, on=date(2021, 10, 1))
    await edge.run(AREA_REGISTER, register_stream("51"), abolished)
    await edge.tell()
