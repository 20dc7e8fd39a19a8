"""Rows about somebody whom the register knows already: what differs is told, and nothing is taken over in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.members import MemberCardIssued, MembershipApplied, MembershipRegistered
from services.chassis.access import Caller
from services.chassis.http import Part
from services.chassis.problems import FieldError
from services.chassis.service import Parts
from services.members.api.persons import person_stream
from services.members.api.rows import MembershipLine, Number, villages_open
from services.members.domain.membership import MEMBERSHIP, Status, membership_stream
from services.members.domain.person import FORGOTTEN, PERSON

TOGETHER = 500
"""Rows that are looked up at once."""

DIFFERS = (
    "differs",
    "ไม่ตรงกับที่มีในทะเบียนแล้ว แถวนี้จึงไม่ถูกบันทึก ถ้าทะเบียนผิดให้แก้ทะเบียนก่อน",
    "differs from what the register has already, so that this row writes nothing; where the register is wrong, correct it first",
)


async def nothing_differs(
    rows: Mapping[Number, MembershipLine], parts: Part[Parts], caller: Caller
) -> list[FieldError]:
    """Every village is open; nobody was forgotten; and who is known, in the caller's areas, is known as the row says."""
    errors = await villages_open(rows, parts)
    numbered = list(rows.items())
    for start in range(0, len(numbered), TOGETHER):
        some = [
            (number, row, person_stream(parts, row.citizen_id))
            for number, row in numbered[start : start + TOGETHER]
        ]
        people = await parts.handler.states(PERSON, (stream for _, _, stream in some))
        asked = [
            _of(number, row, stream, parts)
            for number, row, stream in some
            if (person := people[stream].state).known
            # of a person elsewhere, nobody here is told what they are called
            and not person.forgotten
            and caller.reaches(person.area)
        ]
        errors += [
            FieldError("citizen_id", FORGOTTEN.code, FORGOTTEN.th, FORGOTTEN.en, number)
            for number, _, stream in some
            if people[stream].state.forgotten
        ]
        errors += [error for found in await asyncio.gather(*asked) for error in found]
    return errors


async def _of(number: Number, row: MembershipLine, stream: str, parts: Parts) -> list[FieldError]:
    known = await parts.handler.personal(stream, stream) or {}
    known |= await _membership(row, stream, parts)
    return [
        FieldError(name, *DIFFERS, number)
        for name, there in known.items()
        if (said := _plain(getattr(row, name, None))) and said != _plain(there)
    ]


async def _membership(row: MembershipLine, person: str, parts: Parts) -> dict[str, Any]:
    """What the register has of the membership, under the names of a row; nothing unless it runs in this village."""
    stream = membership_stream(row.network, person)
    held = await parts.handler.state(MEMBERSHIP, stream)
    if held.state.status is not Status.REGISTERED or held.state.area != row.area:
        return {}
    known: dict[str, Any] = {"card_no": "", "card_issued_on": None}
    for version in range(1, held.version + 1):
        for event, personal in await parts.handler.sealed_parts(stream, version):
            match event:
                case MembershipApplied():
                    known |= {"applied_on": event.on, "card_no": "", "card_issued_on": None}
                case MembershipRegistered():
                    known |= {"registered_on": event.on, "old_or_new": event.cohort}
                case MemberCardIssued():
                    known |= {"card_no": (personal or {}).get("card_number"), "card_issued_on": event.on}
                case _:
                    pass
    return known


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else " ".join(str(value or "").split())
