"""What is told of an import over HTTP, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from services.chassis.problems import FieldError, Problem
from services.chassis.problems.catalogue import INVALID
from services.chassis.problems.fields import MOST
from services.chassis.row_run import RowError
from services.chassis.tables import Faults, Notice

NAMED = 1_000
"""Faults that a report names; the file of faults has all."""


class RowDocument(BaseModel):
    """Why one row is not taken."""

    row: int = Field(description="as a spreadsheet numbers it: the header is row 1")
    field: str
    code: str
    th: str
    en: str


class NoticeDocument(BaseModel):
    """A word on how the file, or a row of it, was read; nothing is wrong."""

    row: int | None
    code: str
    th: str
    en: str


class Rehearsal(BaseModel):
    """What would become of a file: rows that would be written, whose fact is there already, or that would not be taken."""

    rows: int
    written: int
    unchanged: int
    refused: int
    errors: list[RowDocument]
    errors_left_out: int
    notices: list[NoticeDocument]
    faults: str | None = Field(
        description="where the file lies with what is wrong beside each row; for some days"
    )


class Progress(BaseModel):
    """How far an import is."""

    id: str
    kind: str
    status: str = Field(description="running or completed")
    rows: int = Field(description="rows that were accepted")
    done: int
    written: int
    unchanged: int = Field(description="rows whose fact was there already")
    refused: int = Field(description="accepted rows that were refused when they ran")
    left_out: int = Field(description="wrong rows that were left out when the file was accepted")
    errors: list[RowDocument]
    faults: str | None
    ask_again_seconds: int | None = Field(description="None once it has run")


def faults_of(import_id: str) -> str:
    """Where a file lies with what is wrong beside each row."""
    return f"/v1/imports/{import_id}/faults"


def row_document(error: RowError | FieldError) -> RowDocument:
    """One fault of a row."""
    return RowDocument(row=error.row or 0, field=error.field, code=error.code, th=error.th, en=error.en)


def notice_document(notice: Notice) -> NoticeDocument:
    """One word."""
    return NoticeDocument(row=notice.row, code=notice.code, th=notice.th, en=notice.en)


def not_taken(faults: Faults, rows: int, notices: Sequence[Notice], address: str) -> Problem:
    """The problem of a file with wrong rows: the first hundred faults, and where the file lies with all of them."""
    more: dict[str, Any] = {
        "rows": rows,
        "wrong_rows": faults.rows,
        "faults": address,
        "notices": [notice_document(notice).model_dump() for notice in notices],
    }
    if (left := len(faults) - MOST) > 0:
        more["errors_left_out"] = left
    return Problem(INVALID, errors=tuple(faults.first(MOST)), more=more)
