"""The one-shot job `secrets` of docker-compose.yml: passwords and keys made once, and handed out, each to its container only.

`python -m deploy.jobs.make_secrets FOLDER`: `FOLDER/all` is the store, which no other container mounts; `FOLDER/<container>` is
what that one may see. What is in the store is never replaced: lost keys are lost personal data.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from contracts.principals import SUBSCRIBER
from contracts.topics import SERVICES
from deploy.jobs.kafka_properties import properties
from deploy.local.bus_keys import ADMIN, BROKER

CHUMCHON, MONGO, KAFKA, KEYCLOAK, GRAFANA = 10001, 999, 1000, 1000, 472
"""User ids in the images: ours (deploy/Dockerfile) and those of mongo, kafka, keycloak and grafana."""

PASSWORD_BYTES = 24
MONGO_KEY_BYTES = 192
USERS = (BROKER, ADMIN, *SERVICES, SUBSCRIBER)


def contents(existing: Mapping[str, str]) -> dict[str, str]:
    """File name to text of every secret in the store; texts in `existing` stay as they are."""

    def kept(name: str, make: Callable[[], str]) -> str:
        return existing.get(name) or make()

    # A user per service, so that MongoDB itself keeps them out of each other's databases.
    users = json.loads(
        kept("mongo-users.json", lambda: json.dumps({service: _password() for service in SERVICES}))
    )
    kafka = {f"kafka-{user}": kept(f"kafka-{user}", _password) for user in USERS}
    return {
        "chumchon.json": kept("chumchon.json", _keys),  # members': the only ones that open personal data
        **{f"keys-{one}.json": kept(f"keys-{one}.json", _keys) for one in SERVICES if one != "members"},
        # Of desk sessions, one for all services. To rotate: a new line on top, the old one stays until its sessions have ended.
        "session-keys": kept("session-keys", lambda: secrets.token_hex(32)),
        "mongo-root": kept("mongo-root", _password),
        "mongo-users.json": json.dumps(users),
        "mongo-keyfile": kept("mongo-keyfile", lambda: secrets.token_hex(MONGO_KEY_BYTES)),
        "keycloak-admin": kept("keycloak-admin", _password),
        "keycloak-demo": kept("keycloak-demo", _password),
        "grafana-admin": kept("grafana-admin", _password),
        **{f"mongo-{service}": _address(service, users[service]) for service in SERVICES},
        **kafka,
        "kafka-cluster": kept("kafka-cluster", _cluster),
        "kafka.properties": properties(kafka[f"kafka-{BROKER}"]),
    }


def shares() -> dict[str, tuple[int, dict[str, str]]]:
    """Container → its user id, and what it may see: name there → name in the store."""
    found: dict[str, tuple[int, dict[str, str]]] = {
        "kafka": (KAFKA, _same("kafka.properties", "kafka-cluster", f"kafka-{BROKER}", f"kafka-{ADMIN}")),
        "topics": (CHUMCHON, _same(*(f"kafka-{user}" for user in USERS if user != BROKER))),
        "mongo": (MONGO, _same("mongo-root", "mongo-users.json", "mongo-keyfile")),
        "keycloak": (KEYCLOAK, _same("keycloak-admin", "keycloak-demo")),
        "grafana": (GRAFANA, _same("grafana-admin")),
    }
    for service in SERVICES:
        keys = "chumchon.json" if service == "members" else f"keys-{service}.json"
        own = {"keys.json": keys, "mongo": f"mongo-{service}", "kafka": f"kafka-{service}"}
        found[service] = (CHUMCHON, own | _same("session-keys"))
    return found


def write(folder: Path, *, own: Callable[[Path, int], None] | None = None) -> list[str]:
    """Write what is missing or differs, mode 0400; returns the paths written, from `folder` on. `own` gives a file to a user
    id (default: chown)."""
    own = own or (lambda path, user: os.chown(path, user, user))
    store = folder / "all"
    made = contents(_texts(store))
    wanted = {f"all/{name}": (0, text) for name, text in made.items()}
    for container, (user, names) in shares().items():
        wanted |= {f"{container}/{name}": (user, made[kept]) for name, kept in names.items()}
    written = []
    for path, (user, text) in wanted.items():
        if (folder / path).is_file() and (folder / path).read_text("ascii") == text:
            continue
        _replace(folder / path, text, user, own)
        written.append(path)
    return written


def _replace(path: Path, text: str, user: int, own: Callable[[Path, int], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    own(fresh, user)
    fresh.replace(path)  # whole or not at all


def _texts(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        return {}
    return {path.name: path.read_text("ascii") for path in folder.iterdir() if path.is_file()}


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def _keys() -> str:
    return json.dumps({name: secrets.token_hex(32) for name in ("citizen_hmac", "master_key")})


def _cluster() -> str:
    """22 characters of url-safe base64; a leading dash would be taken for an option."""
    return "c" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")[1:]


def _address(service: str, password: str) -> str:
    return f"mongodb://{service}:{password}@mongo:27017/?replicaSet=rs0&authSource=admin"


if __name__ == "__main__":
    sys.stdout.write(f"written: {', '.join(write(Path(sys.argv[1]))) or 'nothing, all are there'}\n")
