"""Thai at the edges: digits, Buddhist-era dates and citizen numbers, read from and written for people. Pure."""

from __future__ import annotations

from services.chassis.thai.citizen import citizen_number, generated_citizen_number, is_generated_number
from services.chassis.thai.dates import gregorian, long_date, numeric_date, read_date, short_date
from services.chassis.thai.hundredths import read_baht, read_percent
from services.chassis.thai.months import read_month
from services.chassis.thai.text import Unreadable, arabic_digits, plain, thai_digits, thai_number, visible

__all__ = [
    "Unreadable",
    "arabic_digits",
    "citizen_number",
    "generated_citizen_number",
    "gregorian",
    "is_generated_number",
    "long_date",
    "numeric_date",
    "plain",
    "read_baht",
    "read_date",
    "read_month",
    "read_percent",
    "short_date",
    "thai_digits",
    "thai_number",
    "visible",
]
