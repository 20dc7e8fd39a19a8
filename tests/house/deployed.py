"""What is deployed, read strictly: docker-compose.yml, the Kubernetes manifests, Prometheus's and Grafana's files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from services.chassis.metrics import REGISTRY
from services.chassis.settings import PORTS
from tests.house.tree import ROOT

yaml: Any = import_module("yaml")  # schemathesis brings it; it has no types
DEPLOY = ROOT / "deploy"


def load(path: Path) -> list[Any]:
    """The documents of a YAML file; raises yaml.YAMLError, also where a key stands twice."""
    return list(yaml.load_all(path.read_text("utf-8"), Loader=_strict()))


@cache
def compose() -> dict[str, Any]:
    """docker-compose.yml, its anchors merged."""
    (document,) = load(ROOT / "docker-compose.yml")
    return dict(document)


def manifests() -> Iterator[tuple[str, Any]]:
    """File name and document of everything under deploy/kubernetes."""
    for path in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        for document in load(path):
            yield path.relative_to(DEPLOY / "kubernetes").as_posix(), document


def containers() -> Iterator[tuple[str, Any]]:
    """Name of the workload and each of its containers."""
    for _, document in manifests():
        if document["kind"] in {"Deployment", "Job"}:
            for container in document["spec"]["template"]["spec"]["containers"]:
                yield document["metadata"]["name"], container


@cache
def settings() -> frozenset[str]:
    """The environment variables that services/chassis/settings.py reads."""
    source = (ROOT / "services" / "chassis" / "settings.py").read_text("utf-8")
    return frozenset(re.findall(r'env\.get\("(CHUMCHON_[A-Z_]+)"', source)) | {
        f"CHUMCHON_PORT_{name.upper()}" for name in PORTS
    }


@cache
def metrics() -> frozenset[str]:
    """The names that /metrics shows: those of the registry with what Prometheus's text format adds."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    return frozenset(
        family.name + suffix for family in REGISTRY.collect() for suffix in suffixes.get(family.type, ("",))
    )


def asked(expression: str) -> set[str]:
    """The names of our metrics in a PromQL expression."""
    return set(re.findall(r"\b(?:chumchon|process)_[a-z_]+", expression))


@cache
def _strict() -> Any:
    loader: Any = type("Strict", (yaml.SafeLoader,), {})

    def mapping(self: Any, node: Any) -> Any:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(
                None, None, f"a key stands twice: {keys}", node.start_mark
            )
        self.flatten_mapping(node)
        return self.construct_mapping(node, deep=True)

    loader.add_constructor("tag:yaml.org,2002:map", mapping)
    return loader
