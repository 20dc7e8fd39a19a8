"""The one-shot job `secrets` of docker-compose.yml: passwords and keys made once, each readable by its own user only.

`python -m deploy.jobs.make_secrets FOLDER`. What is there is never replaced: lost keys are lost personal data.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from contracts.topics import SERVICES

CHUMCHON, MONGO, KEYCLOAK, GRAFANA = 10001, 999, 1000, 472
"""User ids in the images: ours (deploy/Dockerfile) and those of mongo, keycloak and grafana."""

PASSWORD_BYTES = 24
MONGO_KEY_BYTES = 192


def contents(existing: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """File name to (owner, text) of every secret; texts in `existing` stay as they are."""

    def kept(name: str, make: Callable[[], str]) -> str:
        return existing.get(name) or make()

    # A user per service, so that MongoDB itself keeps them out of each other's databases.
    users = json.loads(
        kept("mongo-users.json", lambda: json.dumps({service: _password() for service in SERVICES}))
    )
    keys = {name: secrets.token_hex(32) for name in ("citizen_hmac", "master_key")}
    return {
        "chumchon.json": (CHUMCHON, kept("chumchon.json", lambda: json.dumps(keys))),
        # Of desk sessions, one for all services. To rotate: a new line on top, the old one stays until its sessions have ended.
        "session-keys": (CHUMCHON, kept("session-keys", lambda: secrets.token_hex(32))),
        "mongo-root": (MONGO, kept("mongo-root", _password)),
        "mongo-users.json": (MONGO, json.dumps(users)),
        "mongo-keyfile": (MONGO, kept("mongo-keyfile", lambda: secrets.token_hex(MONGO_KEY_BYTES))),
        "keycloak-admin": (KEYCLOAK, kept("keycloak-admin", _password)),
        "keycloak-demo": (KEYCLOAK, kept("keycloak-demo", _password)),
        "grafana-admin": (GRAFANA, kept("grafana-admin", _password)),
        **{f"mongo-{service}": (CHUMCHON, _address(service, users[service])) for service in SERVICES},
    }


def write(folder: Path, *, own: Callable[[Path, int], None] | None = None) -> list[str]:
    """Write what is missing, mode 0400; returns the names written. `own` gives a file to a user id (default: chown)."""
    own = own or (lambda path, user: os.chown(path, user, user))
    existing = {path.name: path.read_text("ascii") for path in folder.iterdir() if path.is_file()}
    written = []
    for name, (user, text) in contents(existing).items():
        if existing.get(name) == text:
            continue
        fresh = folder / f".{name}"
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        own(fresh, user)
        fresh.replace(folder / name)  # whole or not at all
        written.append(name)
    return written


def _password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _address(service: str, password: str) -> str:
    return f"mongodb://{service}:{password}@mongo:27017/?replicaSet=rs0&authSource=admin"


if __name__ == "__main__":
    sys.stdout.write(f"written: {', '.join(write(Path(sys.argv[1]))) or 'nothing, all are there'}\n")
