"""The offices that take steps: a role of the token, and how wide an area around the thing it must reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.chassis.decider import Refused


@dataclass(frozen=True, slots=True)
class Office:
    """`role` is what the route asks for; the actor's areas must reach the first `digits` of the thing's area code."""

    role: Literal["officer", "approver"]
    digits: int
    th: str
    en: str

    def missing(self, rule: str = "") -> Refused:
        """What somebody of a smaller office is told."""
        return Refused(
            f"needs-the-{self.en}",
            f"ขั้นตอนนี้เป็นหน้าที่ของ{self.th}",
            f"This step is the {self.en}'s.",
            kind="forbidden",
            rule=rule,
        )


OFFICER = Office("officer", 8, "เจ้าหน้าที่", "officer")
"""Whoever may write in the area, whatever the office."""
DISTRICT = Office("officer", 4, "อำเภอ", "district")
PROVINCE = Office("officer", 2, "จังหวัด", "province")
PROVINCE_APPROVES = Office("approver", 2, "จังหวัด", "province")
DEPARTMENT = Office("officer", 0, "กรม", "department")
