"""The Kubernetes manifests: each role apart, probed, bounded, without privileges and without secrets."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

import pytest

from contracts.topics import SERVICES
from services.chassis.running import ROLES
from tests.house.deployed import DEPLOY, containers, load, manifests, settings, yaml
from tests.house.test_compose import PINNED

DEPLOYMENTS = {
    document["metadata"]["name"]: document["spec"]
    for _, document in manifests()
    if document["kind"] == "Deployment"
}


def test_each_role_is_a_deployment_of_its_own() -> None:
    assert DEPLOYMENTS.keys() == set(ROLES)
    for role, spec in DEPLOYMENTS.items():
        (container,) = spec["template"]["spec"]["containers"]
        assert container["args"][:3] == ["serve", "--roles", role]


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_takes_the_three_and_says_its_name_and_its_secret(service: str) -> None:
    (overlay,) = load(DEPLOY / "kubernetes" / service / "kustomization.yaml")
    assert overlay["namePrefix"] == f"{service}-"
    assert overlay["resources"] == ["../service"]
    assert f"value: {service}}}" in overlay["patches"][0]["patch"]
    operations = yaml.safe_load(overlay["patches"][0]["patch"])
    for role, spec in DEPLOYMENTS.items():
        shared = {"chumchon-session"} if role == "api" else set()  # a log-in at one is a log-in at all
        own = {f"{service}-{kind}" for kind in ("mongo", "kafka", "keys")}
        assert _named(spec, operations) == own | shared, role
    (whole,) = load(DEPLOY / "kubernetes" / "kustomization.yaml")
    assert service in whole["resources"]


def _named(spec: dict[str, Any], operations: list[dict[str, Any]]) -> set[str]:
    """The secrets that a deployment takes once a service's patches are applied; each must point to a secret's name."""
    pod = json.loads(json.dumps(spec))
    for operation in operations:
        if operation["op"] == "replace":
            at: Any = {"spec": pod}
            *way, last = operation["path"].strip("/").split("/")
            for part in way:
                at = at[int(part)] if isinstance(at, list) else at[part]
            assert last in at
            at[last] = operation["value"]
    (container,) = pod["template"]["spec"]["containers"]
    found = {one["valueFrom"]["secretKeyRef"]["name"] for one in container["env"] if "valueFrom" in one}
    return found | {
        one["secret"]["secretName"] for one in pod["template"]["spec"]["volumes"] if "secret" in one
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_says_nothing_has_no_relay(service: str) -> None:
    (overlay,) = load(DEPLOY / "kubernetes" / service / "kustomization.yaml")
    deleted = {
        (patch["kind"], patch["metadata"]["name"])
        for text in (each["patch"] for each in overlay["patches"][1:])
        for patch in yaml.safe_load_all(text)
        if patch["$patch"] == "delete"
    }
    says = import_module(f"services.{service}.app").SERVICE.says
    assert deleted == (set() if says else {("Deployment", "relay"), ("PodDisruptionBudget", "relay")})


@pytest.mark.parametrize("role", ROLES)
def test_a_process_is_asked_how_it_is_and_has_bounds(role: str) -> None:
    (container,) = DEPLOYMENTS[role]["template"]["spec"]["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health"
    assert container["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_survives_the_loss_of_a_node(role: str) -> None:
    assert DEPLOYMENTS[role]["replicas"] >= 2
    budgets = [document for _, document in manifests() if document["kind"] == "PodDisruptionBudget"]
    (budget,) = [each["spec"] for each in budgets if each["metadata"]["name"] == role]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == DEPLOYMENTS[role]["selector"]


def test_no_container_has_privileges() -> None:
    for name, container in containers():
        secured = container["securityContext"]
        assert secured["allowPrivilegeEscalation"] is False, name
        assert secured["readOnlyRootFilesystem"] is True
        assert secured["capabilities"] == {"drop": ["ALL"]}


def test_only_settings_that_exist_are_given_and_secrets_by_reference() -> None:
    given: dict[str, Any] = {}
    for _, document in manifests():
        if document["kind"] == "ConfigMap":
            given |= document["data"]
        assert document["kind"] != "Secret"
    for _, container in containers():
        for variable in container.get("env", ()):
            given[variable["name"]] = variable.get("value")
    assert given.keys() <= settings()
    assert given["CHUMCHON_MONGO"] is given["CHUMCHON_KAFKA_PASSWORD"] is None, "from a secret"
    assert given["CHUMCHON_KAFKA_SECURITY"] == "SASL_SSL"


def test_only_what_talks_to_browsers_has_the_session_keys() -> None:
    have = {
        name
        for name, container in containers()
        if "CHUMCHON_SESSION_KEYS" in {variable["name"] for variable in container.get("env", ())}
    }
    assert have == {"api"}


def test_the_image_is_the_one_that_compose_builds() -> None:
    (whole,) = load(DEPLOY / "kubernetes" / "kustomization.yaml")
    (image,) = whole["images"]
    assert PINNED.fullmatch(f"{image['name']}:{image['newTag']}")
    assert {container["image"] for _, container in containers()} == {image["name"]}
    compose = (DEPLOY.parent / "docker-compose.yml").read_text("utf-8")
    assert re.search(rf"^  image: {image['name']}:{re.escape(str(image['newTag']))}$", compose, re.MULTILINE)
