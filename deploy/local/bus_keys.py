"""Passwords of the local stack's Kafka, one file a user, made once; whoever may read this user's files may be anybody."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from contracts.principals import SUBSCRIBER
from contracts.topics import SERVICES
from services.chassis.settings import ADMIN

BROKER = "broker"
"""The broker itself, towards itself."""
USERS = (*SERVICES, SUBSCRIBER)
"""Those whom the admin makes; the broker and the admin are there from the first start."""


def password(home: Path, user: str) -> str:
    """The user's password, made now if there is none; mode 0600."""
    path = home / "kafka" / user
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{user}.{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(24))
        try:
            os.link(fresh, path)  # of two who make one at once, the first wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("ascii").strip()


def passwords(home: Path, users: Iterable[str] = USERS) -> dict[str, str]:
    """User → password."""
    return {user: password(home, user) for user in users}


__all__ = ["ADMIN", "BROKER", "USERS", "password", "passwords"]
