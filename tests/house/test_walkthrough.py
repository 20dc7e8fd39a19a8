"""What the pages for people name is there: a path, an identifier, a door."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, files, name, words

PAGES = ("WALKTHROUGH.md", "README.md", "DECISIONS.md")
PATH = re.compile(r"[\w.{},*/-]*/[\w.{},*/-]*|[\w-]+\.(py|md|yml|yaml|json|toml|txt|sh|js|css|html|csv)")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*(\(\))?")


@pytest.mark.parametrize("page", PAGES)
def test_every_door_that_a_page_names_is_in_the_makefile(page: str) -> None:
    doors = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {door for _, door in re.findall(r"(`|^\s*)make ([a-z]+)", _text(page), re.MULTILINE)}
    assert named <= doors


def test_every_path_in_the_walkthrough_is_there() -> None:
    known = [name(path) for path in files()]
    missing = [
        quoted for quoted in _quoted("WALKTHROUGH.md") if PATH.fullmatch(quoted) and not _there(quoted, known)
    ]
    assert missing == []


def test_every_identifier_in_the_walkthrough_is_in_the_code() -> None:
    missing = [
        quoted
        for quoted in _quoted("WALKTHROUGH.md")
        if IDENTIFIER.fullmatch(quoted)
        and not PATH.fullmatch(quoted)
        and not set(quoted.removesuffix("()").split(".")) <= words()
    ]
    assert missing == []


def _text(page: str) -> str:
    path = ROOT / page
    if not path.exists():
        pytest.skip(f"{page} is not written yet")
    return path.read_text("utf-8")


def _quoted(page: str) -> list[str]:
    prose = re.sub(r"```.*?```", "", _text(page), flags=re.DOTALL)
    return sorted(set(re.findall(r"`([^`\n]+)`", prose)))


def _there(quoted: str, known: list[str]) -> bool:
    """A path from the root, or the end of one as `domain/person.py`; /health and the like are addresses, not files."""
    if quoted.startswith(("/", ".")):
        return True
    wanted = quoted.rstrip("/")
    if set("{}*") & set(wanted):
        return bool(wanted.partition("{")[0].partition("*")[0])
    return any(path == wanted or path.endswith(f"/{wanted}") or f"/{wanted}/" in f"/{path}" for path in known)
