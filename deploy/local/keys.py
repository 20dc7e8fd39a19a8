"""The keys of this installation. `secrets.json`, made once: lost keys are lost personal data, so none is ever replaced. And the
key of desk sessions, which costs everybody a log-in where it is lost, and no more."""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path

from deploy.local import mongo
from deploy.local.trouble import StackError
from services.chassis.session.keys import SessionKeys
from services.chassis.settings import Settings

NAMES = ("citizen_hmac", "master_key")
HEX = re.compile(r"[0-9a-f]{64}")


def ensure(settings: Settings) -> bool:
    """Write `{"citizen_hmac": 64 hex, "master_key": 64 hex}`, mode 0600, unless it is there; True if written now.

    Raises StackError `secrets_damaged`, or `secrets_lost` where there are data that only the lost keys can read.
    """
    path = settings.secrets
    if path.exists():
        _demand_whole(path)
        return False
    if any(mongo.data(settings.home).glob("*")):
        raise StackError(
            "secrets_lost",
            en=f"{path} is missing, and new keys could not read the personal data stored with the old ones. Put the file "
            f"back from your backup, or remove the data in {mongo.data(settings.home)} too.",
            th=f"ไม่พบ {path} กุญแจใหม่จะอ่านข้อมูลส่วนบุคคลที่บันทึกไว้เดิมไม่ได้ โปรดนำไฟล์กลับมาจากสำเนาสำรอง "
            f"หรือลบข้อมูลใน {mongo.data(settings.home)} ด้วย",
        )
    _write(path, json.dumps({name: secrets.token_hex(32) for name in NAMES}))
    return True


def ensure_session_keys(settings: Settings) -> bool:
    """Write a key for desk sessions, mode 0600, unless there are usable ones; True if written now."""
    try:
        SessionKeys.load(settings.session_keys)
    except ValueError:
        _write(settings.session_keys, secrets.token_hex(32) + "\n")
        return True
    return False


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _demand_whole(path: Path) -> None:
    try:
        held = json.loads(path.read_text(encoding="ascii"))
        whole = all(HEX.fullmatch(held[name]) for name in NAMES)
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise StackError(
            "secrets_damaged",
            en=f"{path} does not hold {' and '.join(NAMES)} of 64 hexadecimal digits each. Put it back from your backup.",
            th=f"{path} ไม่มี {' และ '.join(NAMES)} ที่เป็นเลขฐานสิบหก 64 หลัก โปรดนำไฟล์กลับมาจากสำเนาสำรอง",
        )
