"""Settings of a process, read once from the environment; nothing else reads `os.environ`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.chassis.bootstrap import Bootstrap, Security, security_of

ADMIN = "admin"
"""Who makes topics, users and ACLs."""
PORTS: Mapping[str, int] = {
    "gateway": 8080,
    "members": 8101,
    "funds": 8102,
    "otop": 8103,
    "reporting": 8104,
    "issuer": 8105,
    "kafka": 9092,
    "kafka_controller": 9093,
    "mongo": 27017,
}
"""Default ports, all on 127.0.0.1. `CHUMCHON_PORT_<NAME>` changes one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process is told from outside.

    `home` holds data, logs and pids of the local stack. `kafka` is a comma-separated bootstrap list, `mongo` a
    connection string. An empty `kafka` or `mongo` in the environment means "the local stack's".
    """

    home: Path
    kafka: str
    mongo: str
    issuer: str
    audience: str
    secrets: Path
    host: str = "127.0.0.1"
    log_level: str = "INFO"
    own_kafka: bool = True
    """False where CHUMCHON_KAFKA names somebody's own Kafka: the local stack then starts none."""
    own_mongo: bool = True
    kafka_security: Security = "SASL_PLAINTEXT"
    kafka_user: str = ""
    """Who we are to Kafka; empty: the service's own name."""
    kafka_password: str = field(default="", repr=False)
    """Empty: what stands in `kafka_password_file`; where that is empty too, in the local stack's file of this user."""
    kafka_password_file: Path | None = None
    kafka_ca: str = ""
    ports: Mapping[str, int] = field(default_factory=lambda: dict(PORTS))
    database_prefix: str = "chumchon"
    relay_lease_seconds: float = 2.0
    """After this long without a word of its relay a service has another one."""
    consumer_session_seconds: float = 6.0
    """After this long a silent process's partitions go to others; 6 is the least that brokers allow by default."""
    issuer_at: str = ""
    """Where services find the issuer, if not at its own name: inside a cluster it may have another address."""
    public: str = "http://127.0.0.1:8080"
    """The gateway as browsers see it: scheme, host and port, no path. Log-in comes back to it."""
    client: str = "chumchon-desk"
    """What the desk is called at the issuer (its client id)."""
    session_keys: Path = Path(".local/session-keys")
    """The keys of desk sessions, shared by all services: see services/chassis/session/keys.py."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raises ValueError naming the variable whose number is none, or makes no sense."""
        env = os.environ if env is None else env
        ports = {name: _port(env, name, default) for name, default in PORTS.items()}
        home = Path(env.get("CHUMCHON_HOME") or ".local").resolve()
        user, own_kafka = env.get("CHUMCHON_KAFKA_USER") or "", not env.get("CHUMCHON_KAFKA")
        # The local stack's Kafka has a lock; one of somebody else's has one if we are told who we are to it.
        security = env.get("CHUMCHON_KAFKA_SECURITY") or (
            "SASL_PLAINTEXT" if user or own_kafka else "PLAINTEXT"
        )
        return cls(
            home=home,
            kafka=env.get("CHUMCHON_KAFKA") or f"127.0.0.1:{ports['kafka']}",
            mongo=env.get("CHUMCHON_MONGO") or f"mongodb://127.0.0.1:{ports['mongo']}/?replicaSet=rs0",
            issuer=env.get("CHUMCHON_ISSUER") or f"http://127.0.0.1:{ports['issuer']}",
            audience=env.get("CHUMCHON_AUDIENCE") or "chumchon",
            secrets=Path(env.get("CHUMCHON_SECRETS") or home / "secrets.json"),
            host=env.get("CHUMCHON_HOST") or "127.0.0.1",
            log_level=env.get("CHUMCHON_LOG_LEVEL") or "INFO",
            own_kafka=own_kafka,
            kafka_security=security_of(security),
            kafka_user=user,
            kafka_password=env.get("CHUMCHON_KAFKA_PASSWORD") or "",
            kafka_password_file=_path(env.get("CHUMCHON_KAFKA_PASSWORD_FILE")),
            kafka_ca=env.get("CHUMCHON_KAFKA_CA") or "",
            own_mongo=not env.get("CHUMCHON_MONGO"),
            ports=ports,
            database_prefix=env.get("CHUMCHON_DATABASE_PREFIX") or "chumchon",
            relay_lease_seconds=_seconds(env, "CHUMCHON_RELAY_LEASE_SECONDS", 2.0),
            consumer_session_seconds=_seconds(env, "CHUMCHON_CONSUMER_SESSION_SECONDS", 6.0),
            issuer_at=env.get("CHUMCHON_ISSUER_AT") or "",
            public=_origin(env.get("CHUMCHON_PUBLIC") or f"http://127.0.0.1:{ports['gateway']}"),
            client=env.get("CHUMCHON_CLIENT") or "chumchon-desk",
            session_keys=Path(env.get("CHUMCHON_SESSION_KEYS") or home / "session-keys"),
        )

    def bus(self, principal: str) -> Bootstrap:
        """Kafka, for a service or for `ADMIN`; the settings may say that we are somebody else.

        A password whose file is not there is empty: Kafka turns it away, and whoever waits for Kafka waits.
        """
        user = self.kafka_user or principal
        file = self.kafka_password_file or self.home / "kafka" / user
        password = self.kafka_password
        if not password and file.is_file():
            password = file.read_text("ascii").strip()
        return Bootstrap(self.kafka, self.kafka_security, user, password, self.kafka_ca)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(f"CHUMCHON_PORT_{name.upper()}") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError(f"CHUMCHON_PORT_{name.upper()} must be a port number from 1 to 65535, not {text!r}")
    return int(text)


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name) or str(default)
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", text, re.ASCII) or not 0.5 <= float(text) <= 300:
        raise ValueError(f"{name} must be a number of seconds from 0.5 to 300, not {text!r}")
    return float(text)


def _origin(text: str) -> str:
    if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", text):
        raise ValueError(f"CHUMCHON_PUBLIC must be as https://desk.example.org, without a path, not {text!r}")
    return text
