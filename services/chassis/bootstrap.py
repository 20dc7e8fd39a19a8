"""Where Kafka is, and who we are to it: one value, and what each client library wants of it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

Security = Literal["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL"]
MECHANISM = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """`servers` is a comma-separated list. PLAINTEXT is a Kafka without a lock: `user` and `password` are not used then.
    `ca` is a file of the certificates that signed the brokers'; empty: the system's."""

    servers: str
    security: Security = "PLAINTEXT"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""

    def aiokafka(self) -> dict[str, Any]:
        """For aiokafka's clients. Raises OSError where the file of certificates cannot be read."""
        if self.security == "PLAINTEXT":
            return {"bootstrap_servers": self.servers}
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": self.security,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "ssl_context": self.tls(),
        }

    def librdkafka(self) -> dict[str, Any]:
        """For confluent-kafka's clients, and for whatever else is made of librdkafka."""
        if self.security == "PLAINTEXT":
            return {"bootstrap.servers": self.servers}
        told = {
            "bootstrap.servers": self.servers,
            "security.protocol": self.security,
            "sasl.mechanism": MECHANISM,
            "sasl.username": self.user,
            "sasl.password": self.password,
        }
        return told | ({"ssl.ca.location": self.ca} if self.ca else {})

    def tls(self) -> ssl.SSLContext | None:
        """What trusts the brokers; None where there is no TLS. Raises OSError."""
        return ssl.create_default_context(cafile=self.ca or None) if self.security == "SASL_SSL" else None


def security_of(text: str) -> Security:
    """A setting's word; raises ValueError naming those that there are."""
    if text not in get_args(Security):
        raise ValueError(
            f"CHUMCHON_KAFKA_SECURITY must be one of {', '.join(get_args(Security))}, not {text!r}"
        )
    return cast("Security", text)
