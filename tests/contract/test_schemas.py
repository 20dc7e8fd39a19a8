"""The committed schemas are those of the code, and the command writes, checks and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator, meta
from typer.testing import CliRunner

from contracts import catalogue
from contracts.event import Event
from contracts.publish import published, schema_path
from contracts.publish.examples import example_data
from contracts.publish.schemas import inlined, schema_of
from services.cli.contract_files import difference
from services.cli.schemas import ROOT, app

EVENTS = sorted(catalogue.event_types().values(), key=lambda event: event.type)


def test_the_committed_contract_is_that_of_the_code():
    told = difference(ROOT, published())
    assert (told.breaking, told.stale) == ([], []), "run `chumchon schemas`"


def test_the_command_writes_then_checks_then_finds_what_is_stale(tmp_path: Path):
    run = CliRunner()
    root = ["--root", str(tmp_path)]
    assert run.invoke(app, ["--check", *root]).exit_code == 1  # nothing there: stale
    assert run.invoke(app, root).exit_code == 0
    assert run.invoke(app, ["--check", *root]).exit_code == 0
    page = tmp_path / "docs" / "events.md"
    page.write_text(page.read_text("utf-8") + "by hand\n", "utf-8")
    found = run.invoke(app, ["--check", "--json", *root])
    assert found.exit_code == 1
    assert json.loads(found.stdout) | {"th": "", "en": ""} == {
        "code": "schema-stale",
        "th": "",
        "en": "",
        "stale": ["docs/events.md"],
        "breaking": [],
        "notes": [],
        "written": False,
    }


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_the_command_refuses_a_class_that_lost_a_field(tmp_path: Path, arguments: list[str]):
    run = CliRunner()
    root = ["--root", str(tmp_path)]
    run.invoke(app, root)
    file = tmp_path / schema_path(EVENTS[0])
    promised = json.loads(file.read_text("utf-8"))
    promised["properties"]["promised"] = {"type": "string"}
    file.write_text(json.dumps(promised), "utf-8")
    found = run.invoke(app, [*arguments, *root])
    assert found.exit_code == 1
    assert "promised: the field was removed" in found.stdout
    assert "schema-breaks-readers" in found.stdout
    assert "promised" in file.read_text("utf-8")


def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path):
    run = CliRunner()
    root = ["--root", str(tmp_path)]
    run.invoke(app, root)
    file = tmp_path / schema_path(EVENTS[0])
    file.write_text("<<<<<<<", "utf-8")
    found = run.invoke(app, root)
    assert (found.exit_code, file.read_text("utf-8")) == (1, "<<<<<<<")
    assert "schema-damaged" in found.stdout
    assert file.name in found.stdout


@pytest.mark.parametrize("said", EVENTS, ids=lambda said: said.type)
def test_a_schema_is_valid_and_its_example_is_read_by_class_and_schema(said: type[Event]):
    schema = schema_of(said)
    meta.validate(schema)
    example = example_data(inlined(schema))
    Draft202012Validator(schema, validate_formats=True).validate(example)
    assert said.model_validate_json(json.dumps(example)).model_dump(mode="json") == example
    assert schema["$id"] == said.dataschema
    assert schema.get("additionalProperties", True) is True  # readers ignore what they do not know


@pytest.mark.parametrize("said", EVENTS, ids=lambda said: said.type)
def test_every_field_has_a_type_so_that_no_nan_hides_in_it(said: type[Event]):
    for name, field in inlined(schema_of(said))["properties"].items():
        options = field.get("anyOf", [field])
        assert all(option.get("type") or "const" in option for option in options), name
