"""`chumchon schemas`: write the published contract from the code, or say that it is stale or would break a reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.cli.contract_files import Difference

ROOT = Path(__file__).parents[2]
"""The repository: the command writes beside the code that it reads."""

app = typer.Typer()

_SAID = {
    "schema-breaks-readers": (
        "การเปลี่ยนนี้ทำให้ผู้อ่านเหตุการณ์เดิมอ่านไม่ได้ ให้ประกาศชนิดหรือรุ่นใหม่แทน ยังไม่ได้เขียนไฟล์ใด",
        "This would break readers. Say it with a new type or version instead; nothing was written.",
    ),
    "schema-stale": (
        "ไฟล์สัญญาที่เผยแพร่ไม่ตรงกับโค้ด ให้สั่ง chumchon schemas",
        "The published contract does not match the code: run `chumchon schemas`.",
    ),
    "schema-damaged": (
        "ไฟล์สัญญาที่เผยแพร่อ่านไม่ได้ ให้นำกลับคืนจาก git",
        "A committed file of the contract is not JSON: restore it from git.",
    ),
}


@app.command()
def schemas(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when stale or breaking.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    root: Annotated[Path, typer.Option(help="The repository's root.")] = ROOT,
) -> None:
    """เขียนสัญญาที่เผยแพร่ · Write the JSON Schemas, AsyncAPI, OpenAPI, docs/events.md and docs/lifecycles.md; refuse what breaks a reader."""
    from contracts.publish import published
    from services.cli.contract_files import Damaged, Difference, difference, write
    from services.cli.lifecycles import page
    from services.cli.openapi import openapi_files

    made = {**published(), **openapi_files(), **page()}
    code = ""
    try:
        told = difference(root, made) if check else write(root, made)
    except Damaged as damaged:
        told, code = Difference(stale=[str(damaged)]), "schema-damaged"
    if told.breaking:
        code = "schema-breaks-readers"
    elif told.stale and check:
        code = code or "schema-stale"
    (_print_json if as_json else _print)(told, code, written=not (check or code))
    if code:
        raise typer.Exit(1)


def _print_json(told: Difference, code: str, *, written: bool) -> None:
    thai, english = _SAID.get(code, ("", ""))
    found = {"stale": told.stale, "breaking": told.breaking, "notes": told.notes, "written": written}
    print(json.dumps({"code": code, "th": thai, "en": english, **found}, ensure_ascii=False))


def _print(told: Difference, code: str, *, written: bool) -> None:
    for note in told.notes:
        print(f"note      {note}")
    for path in told.stale:
        print(f"{'written' if written else 'stale':9} {path}")
    for change in told.breaking:
        print(f"BREAKING  {change}")
    if code:
        print("\n".join((code, *_SAID[code])))
    elif not told.stale:
        print("The published contract matches the code.")
