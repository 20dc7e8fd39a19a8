"""The committed files of the published contract against those that the code makes now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.compatibility import Change, changes, channel_changes
from contracts.publish import ASYNCAPI, SCHEMAS


class Damaged(ValueError):
    """A committed file is not JSON; the text names it."""


@dataclass(slots=True)
class Difference:
    """Which committed files are stale, what would break readers, and what is only worth a note."""

    stale: list[str] = field(default_factory=list)
    breaking: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, path: str, found: list[Change]) -> None:
        """Sort the changes of one file."""
        self.breaking += [f"{path}: {change}" for change in found if change.breaking]
        self.notes += [f"{path}: {change}" for change in found if not change.breaking]


def difference(root: Path, made: Mapping[str, str]) -> Difference:
    """Compare what is committed under `root` with `made` (path to text). A schema without its class is a break.

    Raises Damaged for a committed file that cannot be compared.
    """
    told = Difference()
    for path, text in made.items():
        file = root / path
        committed = file.read_text("utf-8") if file.exists() else None
        if committed == text:
            continue
        told.stale.append(path)
        if committed is not None and path == ASYNCAPI:
            told.add(path, channel_changes(_json(path, committed), json.loads(text)))
        elif committed is not None and path.startswith(SCHEMAS):
            told.add(path, changes(_json(path, committed), json.loads(text)))
    for file in sorted((root / SCHEMAS).rglob("*.json")):
        path = file.relative_to(root).as_posix()
        if path not in made:
            told.add(path, [Change("", "no class says this event any more, but the log has it for ever")])
    return told


def write(root: Path, made: Mapping[str, str]) -> Difference:
    """Write what is stale; nothing at all where anything would break a reader."""
    told = difference(root, made)
    if not told.breaking:
        for path in told.stale:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(made[path], "utf-8")
    return told


def _json(path: str, text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise Damaged(f"{path}, line {error.lineno}") from None
    if not isinstance(document, dict):
        raise Damaged(path)
    return document
