"""The desk: what is declared once can be sent, typed into a page, and handed in as a file; and what is not declared is told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.chassis.decider import Actor, Code, Command, Happened, Refused, Today
from services.chassis.desk import Desk
from services.chassis.forms import Form
from services.chassis.forms.sheets import MEDIA_TYPE
from services.chassis.http import Routes
from services.funds import api
from services.funds.app import SERVICE
from services.funds.domain.fund import FUND, FundKey
from tests.answered import problem, wrong_fields
from tests.edge import edge_of
from tests.lamphun_edge import OTHER_VILLAGE, VILLAGE

HEAD = "ประเภทกองทุน,หมู่บ้าน,ชื่อกองทุน,มีอยู่ตั้งแต่วันที่\n"


class Move(Command):
    """ย้าย · Move"""

    on: Happened
    """วันที่ · date"""
    reasons: tuple[Code, ...] = ()
    """เหตุผล · reasons"""
    entered: Today
    by: Actor

    def mistakes(self) -> Iterator[Refused]:
        """Never without reasons."""
        if not self.reasons:
            yield Refused("no-reasons", "ต้องมีเหตุผล", "Reasons are needed.", field="reasons")


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        for village in (VILLAGE, OTHER_VILLAGE):
            edge.hear(AreaRegistered(area=village, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


def sheet(*rows: tuple[Any, ...]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        day, written = book.add_format({"num_format": "d/m/yyyy"}), book.add_worksheet()
        for line, row in enumerate((tuple(HEAD.strip().split(",")), *rows)):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    written.write_datetime(line, column, cell, day)
                else:
                    written.write(line, column, cell)
    return made.getvalue()


def test_what_the_edge_fills_in_is_in_no_body_and_no_row():
    form = Form(Move, about=FundKey)
    assert Move.stamped == {"by", "entered"}
    assert list(form.sent.model_fields) == ["on", "reasons"]
    assert list(form.typed.model_fields) == ["kind", "area", "number", "on", "reasons"]


def test_a_form_reads_what_people_type():
    typed = Form(Move, about=FundKey).typed.model_validate(
        {
            "kind": "กองทุน กข.คจ.",
            "area": "๕๑๐๑๐๑๐๑",
            "number": "๒",
            "on": "๑ ต.ค. ๒๕๖๔",
            "reasons": "a-1, b; c",
        }
    )
    assert typed.model_dump() == {
        "kind": "kkj", "area": VILLAGE, "number": 2, "on": date(2021, 10, 1), "reasons": ("a-1", "b", "c"),
    }  # fmt: skip


def test_what_has_no_label_no_blank_or_no_stream_cannot_be_declared():
    class Nameless(Command):
        """No label."""

        on: Happened

    class Nested(Command):
        """ซ้อน · Nested"""

        key: FundKey
        """กองทุน · fund"""

    fund = Desk(Routes("x")).about(FUND, FundKey, "/v1/funds/{fund_id}")
    for command, what in (
        (Nameless, "does not decide"),
        (Move, "does not decide"),
    ):
        with pytest.raises(TypeError, match=what):
            fund.takes(command, roles={Role.OFFICER})
    with pytest.raises(TypeError, match="label"):
        Form(Nameless)
    with pytest.raises(TypeError, match="no blank"):
        Form(Nested)
    with pytest.raises(TypeError, match="no Key"):
        fund.opens(Move, roles={Role.OFFICER})


def test_every_entry_has_a_template_whose_header_is_read_back():
    for entry in api.desk.entries.values():
        assert [one.name for one in entry.form.blanks] == list(entry.form.typed.model_fields)
        assert all(re.search("[ก-๙]", one.label.th) for one in entry.form.blanks)


async def test_a_template_is_filled_in_tried_and_handed_in(edge):
    template = await edge.client.get("/v1/imports/establish-fund/template")
    lines = CalamineWorkbook.from_filelike(io.BytesIO(template.content)).get_sheet_by_index(0).to_python()
    assert lines[0][:2] == ["ประเภทกองทุน", "หมู่บ้าน"]
    raw = sheet(
        ("กองทุน กข.คจ.", int(VILLAGE), "ก", "1 ต.ค. 2564"), ("savings", VILLAGE, "ข", date(2021, 10, 1))
    )
    heads = {"Content-Type": MEDIA_TYPE}
    tried = await edge.client.post("/v1/imports/establish-fund?dry_run=true", content=raw, headers=heads)
    assert (tried.status_code, tried.json()["written"], edge.names()) == (200, 2, [])
    assert (
        await edge.client.post("/v1/imports/establish-fund", content=raw, headers=heads)
    ).status_code == 202
    assert edge.names() == ["ImportAccepted"]


async def test_a_trial_tells_what_would_be_refused_and_a_row_says_which_thing_by_its_key(edge):
    fund = {"kind": "kkj", "area": VILLAGE, "name_th": "ก", "on": "2021-10-01"}
    await edge.post("/v1/funds", fund)
    file = "kind,area,assessed on,level,database_fiscal_year,form_version\n" + "".join(
        f"kkj,{area},15/5/2565,{level},2564,e-1\n"
        for area, level in ((VILLAGE, "1"), (OTHER_VILLAGE, "1"), (VILLAGE, "C"))
    )
    tried = await edge.client.post(
        "/v1/imports/assess-fund-level?dry_run=true",
        content=file.encode(),
        headers={"Content-Type": "text/csv"},
    )
    found = tried.json()
    assert (found["written"], found["refused"]) == (1, 2)
    assert [(error["row"], error["code"]) for error in found["errors"]] == [
        (3, "fund-not-found"), (4, "level-of-another-scale"),
    ]  # fmt: skip


async def test_mistakes_of_a_command_are_told_before_a_file_is_accepted(edge):
    answer = await edge.csv(
        "establish-fund", f"{HEAD}kkj,510101,ก,2021-10-01\nsavings,{VILLAGE},ข,2021-10-01\n"
    )
    assert wrong_fields(answer) == {(2, "area", "fund-needs-a-village"), (2, "area", "unknown-area")}
    problem(await edge.csv("verify-fund-record", HEAD), 403, "role-missing")


@pytest.mark.parametrize("raw", [b"PK\x03\x04" + b"x" * 99, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
async def test_a_spreadsheet_that_cannot_be_read_says_so(edge, raw):
    answer = await edge.client.post(
        "/v1/imports/establish-fund", content=raw, headers={"Content-Type": MEDIA_TYPE}
    )
    problem(answer, 422, "file-not-a-spreadsheet")
