"""A table that an officer sends: CSV or a spreadsheet, with a header. All rows are read before any is used."""

from __future__ import annotations

from services.chassis.tables.faults import A_ROW, Faults
from services.chassis.tables.marked import marked
from services.chassis.tables.opening import Notice, Opened, opened
from services.chassis.tables.reading import GOOD_ROWS, MOST_ROWS, Table, read_table, refuse

__all__ = [
    "A_ROW",
    "GOOD_ROWS",
    "MOST_ROWS",
    "Faults",
    "Notice",
    "Opened",
    "Table",
    "marked",
    "opened",
    "read_table",
    "refuse",
]
