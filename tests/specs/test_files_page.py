"""`docs/files.md`: the template and the example that it shows to officers are what the system gives and takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.chassis.forms.template import csv_template
from services.members.api.table import desk
from tests.importing import counted, imported
from tests.lamphun_edge import members

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")


def block(name: str) -> str:
    found: str
    [found] = re.findall(rf"```csv {name}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_template_is_the_one_that_the_route_gives():
    given = csv_template(desk.entries["memberships"].form).decode("utf-8-sig")
    assert given.replace("\r\n", "\n") == block("template")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp874"])
async def test_the_example_is_taken_as_it_stands_there(charset):
    async with members() as edge:
        told = await imported(edge, block("example").encode(charset))
        assert counted(told) == ("completed", 2, 2, 0, 0)
