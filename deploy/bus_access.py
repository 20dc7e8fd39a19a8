"""Makes users (SCRAM-SHA-512) and their ACLs on a Kafka with a lock; what is there may be made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import wait
from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from contracts.principals import HEARS, SUBSCRIBER, Right, rights_of, rights_to_read
from services.chassis.bootstrap import Bootstrap

ITERATIONS = 8_192
SECONDS = 20.0
EVERYBODY: Mapping[str, frozenset[Right]] = {
    **{service: rights_of(service, hears) for service, hears in HEARS.items()},
    SUBSCRIBER: rights_to_read(SUBSCRIBER),
}
"""User → rights, in every installation."""


def ensure(
    admin: Bootstrap, passwords: Mapping[str, str], rights: Mapping[str, Iterable[Right]] = EVERYBODY
) -> None:
    """Give users their passwords and exactly these rights: what one of them had besides is taken away. Blocking.

    Users without a password here keep theirs (a cluster may make its users otherwise). Raises KafkaException.
    """
    client = AdminClient(admin.librdkafka() | {"socket.timeout.ms": int(SECONDS * 1000), "log_level": 2})
    if passwords:
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        upsertions: list[Any] = [
            UserScramCredentialUpsertion(user, info, password.encode())
            for user, password in passwords.items()
        ]
        _done(client.alter_user_scram_credentials(upsertions))
    wanted = {_binding(user, right) for user, held in rights.items() for right in held}
    there = {
        binding
        for user in rights
        for binding in client.describe_acls(_all_of(user), request_timeout=SECONDS).result()
    }
    if missing := wanted - there:
        _done(client.create_acls(list(missing), request_timeout=SECONDS))
    if surplus := there - wanted:
        _done(client.delete_acls([_only(binding) for binding in surplus], request_timeout=SECONDS))


def differences(admin: Bootstrap, rights: Mapping[str, Iterable[Right]] = EVERYBODY) -> list[str]:
    """Users whose rights are not these, a sentence each. Blocking. Raises KafkaException."""
    client = AdminClient(admin.librdkafka() | {"socket.timeout.ms": 3_000, "log_level": 2})
    found = []
    for user, held in rights.items():
        there = set(client.describe_acls(_all_of(user), request_timeout=3.0).result())
        if there != {_binding(user, right) for right in held}:
            found.append(f"the rights of {user} are not as declared")
    return found


def _binding(user: str, right: Right) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if right.prefixed else ResourcePatternType.LITERAL
    return AclBinding(
        ResourceType[right.kind.upper()],
        right.name,
        pattern,
        f"User:{user}",
        "*",
        AclOperation[right.operation.upper()],
        AclPermissionType.ALLOW,
    )


def _all_of(user: str) -> AclBindingFilter:
    return AclBindingFilter(
        ResourceType.ANY,
        None,
        ResourcePatternType.ANY,
        f"User:{user}",
        None,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _only(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def _done(futures: Mapping[Any, Any]) -> None:
    wait(futures.values(), SECONDS)
    for future in futures.values():
        future.result(0)
