"""The house keeps its own rules: anatomy, names, imports, and nothing in a file that must not stand there."""

from __future__ import annotations

import ast
import re
from importlib import import_module

import pytest
from faststream import AckPolicy
from stdnum.th import pin

from contracts.topics import SERVICES
from services.chassis.thai.citizen import is_generated_number
from tests.house.tree import ROOT, files, imports, name, python_files, texts

CODE = ("contracts", "services", "deploy", "tests")
ANATOMY = {"__init__.py", "domain", "reactions", "views", "api", "app.py"}
MORE = {
    "members": {"workers.py": "the import is resumed by a task beside the API"},
    "reporting": {
        "pages.py": "the board",
        "work.py": "the first page of the desk",
        "texts.py": "its words",
        "words.py": "its words",
        "live.py": "server-sent events",
        "watched.py": "what a live page shows, and who waits for it",
        "tiles.py": "the map",
        "templates": "its HTML",
        "static": "its script and style",
        "catalogue": "KPIs and deadlines are data",
        "plan": "what the service takes from them",
    },
}
"""What a service has besides its anatomy, and why."""

VAGUE = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc", "shared"}
LOCKED = {"package-lock.json"}  # written by npm


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_anatomy_and_nothing_else(service: str) -> None:
    here = {
        path.relative_to(ROOT / "services" / service).parts[0] for path in files() if _of(service, name(path))
    }
    other = {part for part in here if part.removesuffix(".py") not in _stems(ANATOMY)}
    assert other <= MORE.get(service, {}).keys()
    assert {"__init__.py", "app.py"} <= here
    assert "api" in _stems(here)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_begins_with_its_card(service: str) -> None:
    card = import_module(f"services.{service}").__doc__ or ""
    assert [line.split()[0].rstrip(":") for line in card.splitlines() if line.strip()] == [
        service,
        "owns",
        "hears",
        "says",
        "keeps",
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_an_app_is_short(service: str) -> None:
    assert len((ROOT / "services" / service / "app.py").read_text("utf-8").splitlines()) < 40


def test_every_python_file_begins_with_a_docstring() -> None:
    without = [
        name(path)
        for path, tree in python_files(*CODE)
        if tree.body and not (ast.get_docstring(tree) and tree.body[0].lineno == 1)
    ]
    assert without == []


def test_no_module_has_a_vague_name() -> None:
    vague = [name(path) for path in files() if VAGUE & {path.stem, *path.relative_to(ROOT).parts[:-1]}]
    assert vague == []


def test_no_class_is_named_after_a_pattern() -> None:
    named = [
        f"{name(path)}: {node.name}"
        for path, tree in python_files(*CODE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and re.search(r"^(Base|Abstract)[A-Z]|(Impl|Manager|Helper)$", node.name)
    ]
    assert named == []


def test_motor_is_imported_in_one_file_and_faststream_in_two_at_most() -> None:
    importers: dict[str, list[str]] = {"motor": [], "faststream": []}
    for path, tree in python_files("contracts", "services", "deploy"):
        for package in {module.split(".")[0] for module in imports(tree)} & importers.keys():
            importers[package].append(name(path))
    assert importers["motor"] == ["services/chassis/mongo.py"]
    assert 1 <= len(importers["faststream"]) <= 2


def test_only_the_subscription_subscribes_and_it_nacks_on_error() -> None:
    callers = [
        name(path)
        for path, tree in python_files("services", "deploy")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "subscriber"
    ]
    assert callers == ["services/chassis/consumer/subscription.py"]

    from services.chassis.bootstrap import Bootstrap
    from services.chassis.consumer.subscription import Subscription

    async def handle(_: object) -> None: ...

    broker = Subscription(
        Bootstrap("127.0.0.1:1"), "group", ["topic"], handle, app_name="house", max_records=1
    )._broker
    assert [subscriber.ack_policy for subscriber in broker.subscribers] == [AckPolicy.NACK_ON_ERROR]


REGISTRY_HOST = re.compile(
    r"https?://(registry|files|repo[0-9]?|deb|index|proxy|static)\.[a-z0-9.-]+/"
    r"|\b(quay|gcr|ghcr|docker|k8s\.gcr|registry\.k8s|mcr\.microsoft)\.io\b|\bpypi\.(org|python)|\bpythonhosted\b"
    r"|\bregistry\.npmjs|\brepo1?\.maven|\bpublic\.ecr\b"
)


def test_no_file_names_a_package_registry() -> None:
    assert _lines(REGISTRY_HOST) == []


TELEPHONE = re.compile(
    r"(?<![\w.+-])(?!0123456789\b)(\+66|0)[- ]?"
    r"([0-9]{2}[- ]?[0-9]{3}[- ]?[0-9]{3,4}|[0-9][- ]?[0-9]{3}[- ]?[0-9]{4})(?![\w.-])"
)


def test_no_file_has_what_looks_like_a_telephone_number() -> None:
    assert _lines(TELEPHONE) == []


@pytest.mark.parametrize(
    ("pattern", "sample"),
    [
        (TELEPHONE, "0" + "81-234-5678"),
        (TELEPHONE, "tel. 0" + "53 511 123"),
        (TELEPHONE, "+66" + " 81 234 5678"),
        (REGISTRY_HOST, "https://registry" + ".example.org/x"),
        (REGISTRY_HOST, "image: quay" + ".io/some/thing:1"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: re.Pattern[str], sample: str) -> None:
    assert pattern.search(sample)


THIRTEEN = re.compile(r"(?<![\w.-])[1-8](?:[- ]?[0-9]){12}(?![\w.-])")


def test_no_file_has_a_citizen_number_that_could_be_somebodys() -> None:
    found = []
    for path, text in texts().items():
        for match in THIRTEEN.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            # One whose check digit is wrong is nobody's: tests of refusals have such. A generated one neither.
            if pin.is_valid(digits) and not is_generated_number(digits) and path.name not in LOCKED:
                found.append(name(path))
    assert found == []


def _lines(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name(path)}:{number}"
        for path, text in texts().items()
        if path.name not in LOCKED
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def _of(service: str, path: str) -> bool:
    return path.startswith(f"services/{service}/")


def _stems(names: set[str]) -> set[str]:
    return {part.removesuffix(".py") for part in names}
