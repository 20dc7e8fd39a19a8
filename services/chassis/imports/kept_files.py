"""The file of an import for some days, sealed, so that its officer gets it back with what is wrong beside each row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.chassis.service import Parts
from services.chassis.tables import Faults, Opened, opened

KEPT = timedelta(days=3)
PIECE = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it was sent, the kind of its rows, and what was wrong with them before they ran."""

    actor: str
    kind: str
    file: Opened
    faults: Faults


async def keep(
    parts: Parts, import_id: str, actor: str, kind: str, raw: bytes, charset: str, faults: Faults
) -> None:
    """Keep it for `KEPT` under a key of its own, in the place of an older one."""
    await drop(parts, import_id)
    told = json.dumps(faults.kept(), ensure_ascii=False, separators=(",", ":"))
    pieces = []
    for name, text in (("raw", raw.decode("latin-1")), ("faults", told)):
        for start in range(0, len(text) or 1, PIECE):
            sealed, _ = await parts.handler.sealing.seal(
                _owner(import_id), {name: text[start : start + PIECE]}
            )
            pieces.append(sealed)
    about = {"actor": actor, "kind": kind, "charset": charset}
    await parts.import_reports.keep(import_id, about, pieces, datetime.now(UTC) + KEPT)


async def kept(parts: Parts, import_id: str) -> KeptFile | None:
    """The file, where it is kept still. Raises the driver's error."""
    found = await parts.import_reports.kept(import_id)
    if found is None:
        return None
    about, pieces = found
    texts: dict[str, list[str]] = {"raw": [], "faults": []}
    for sealed in pieces:
        piece = await parts.handler.sealing.unseal(_owner(import_id), sealed)
        if piece is None:
            return None
        for name, text in piece.items():
            texts[name].append(text)
    raw, told = "".join(texts["raw"]).encode("latin-1"), json.loads("".join(texts["faults"]))
    return KeptFile(about["actor"], about["kind"], opened(raw, about["charset"]), Faults.read(told))


async def drop(parts: Parts, import_id: str) -> None:
    """Keep it no longer: it and its key are gone."""
    await parts.import_reports.drop(import_id)
    await parts.handler.sealing.destroy(_owner(import_id))


def _owner(import_id: str) -> str:
    return f"{import_id}/file"
