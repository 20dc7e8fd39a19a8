"""Logs: one JSON object a line, with who and what it belongs to, and nothing personal in it."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import textwrap
from uuid import UUID

import pytest
import structlog
from pydantic import BaseModel

from services.chassis import logs
from services.chassis.access import Role
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import INVALID
from tests.local_issuer import running_issuer
from tests.notebook_http import STREAM, client_of

SECRET = "สมชาย-1111111111111"


class Personal(BaseModel):
    name: int


@pytest.fixture
def lines():
    """What is logged in a test, as dictionaries; everything is as it was before, afterwards."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.BytesIO()
    logs.configure("members", "INFO", stream)
    structlog.configure(cache_logger_on_first_use=False)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_a_line_tells_when_which_service_which_module_and_what_is_bound(lines):
    with logs.bound(correlation_id="c-1", actor="7c2e"):
        structlog.get_logger("services.members.api").warning("รอ", depth=3, stream=UUID(int=1))
    [line] = lines()
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "รอ", "level": "warning", "service": "members", "logger": "services.members.api",
        "correlation_id": "c-1", "actor": "7c2e", "depth": 3, "stream": "00000000-0000-0000-0000-000000000001",
    }  # fmt: skip


def test_libraries_write_the_same_lines_and_only_what_matters(lines):
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info('"GET /v1/persons?name=%s"', SECRET)
    logging.getLogger("pymongo.command").debug(SECRET)
    logging.getLogger("httpx").info("HTTP Request: GET http://a/?name=%s", SECRET)
    logging.getLogger("aiokafka.conn").warning("lost")
    logs.broker_logger().info("Processed")
    logs.broker_logger().error("lost", extra={"topic": "t", "group_id": "g", "secret": SECRET})
    assert [(line["event"], line["logger"], line["level"]) for line in lines()] == [
        ("Started server process [7]", "uvicorn.error", "info"),
        ("lost", "aiokafka.conn", "warning"),
        ("lost", "broker", "error"),
    ]
    assert lines()[2]["topic"] == "t"
    assert SECRET not in repr(lines())


def test_a_library_that_says_the_same_again_and_again_is_written_once_a_second_with_a_count(
    lines, monkeypatch
):
    now = 100.0
    monkeypatch.setattr(logs, "monotonic", lambda: now)
    library = logging.getLogger("aiokafka")
    for _ in range(40):
        library.error("Unable connect to node with id %s", 1)
    library.error("Unable connect to node with id %s", 2)
    now += 1.0
    library.error("Unable connect to node with id %s", 1)
    now += 1.0
    library.error("Unable connect to node with id %s", 1)
    told = [(line["event"][-1], line.get("repeats")) for line in lines()]
    assert told == [("1", None), ("2", None), ("1", 39), ("1", None)]


def test_an_exception_tells_its_place_and_its_cause_but_no_value(lines):
    log = structlog.get_logger("x")

    def fail():
        try:
            Personal.model_validate({"name": SECRET})
        except ValueError as error:
            raise KeyError(SECRET) from error

    for logger in (log, logging.getLogger("uvicorn.error")):
        try:
            fail()
        except KeyError:
            logger.exception("broken")
    for line in lines():
        told = line["exception"]
        assert (line["event"], line["level"], told["type"]) == ("broken", "error", "KeyError")
        assert any("test_logs.py" in frame and frame.endswith(" fail") for frame in told["frames"])
        assert told["cause"]["type"].endswith("ValidationError")
    assert SECRET not in repr(lines())


def test_messages_that_quote_nothing_are_kept(lines):
    log = structlog.get_logger("x")
    for error in (
        ConnectionRefusedError(111, "Connection refused"),
        Problem(INVALID),
        ExceptionGroup("two", [OSError("a")]),
    ):
        log.error("broken", exc_info=error)
    refused, ours, group = (line["exception"] for line in lines())
    assert refused["message"] == "[Errno 111] Connection refused"
    assert ours["message"].startswith("invalid: ")
    assert group["of"][0]["message"] == "a"


def test_fields_that_may_hold_personal_data_are_withheld(lines):
    person = Personal(name=1).model_copy(update={"name": SECRET})
    structlog.get_logger("x").info("read", body=SECRET, query_string=SECRET, person=person)
    [line] = lines()
    assert (line["body"], line["query_string"], line["person"]) == ("(withheld)", "(withheld)", "<Personal>")


async def test_a_task_that_dies_unseen_does_not_print_what_it_held(lines):
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=%r>", SECRET
    )
    assert [line["event"] for line in lines()] == ["Task exception was never retrieved"]


async def test_every_request_is_one_line_with_its_template_and_no_more(lines, tmp_path):
    async with running_issuer(tmp_path) as issuer, client_of(issuer) as client:
        heads = {"X-Correlation-ID": "0b9c4ad02f5c4d0b8f5e3f1f6a0e7c11"}
        await client.post(f"/v1/notebooks/{STREAM}/marks", json={"texts": [SECRET]}, headers=heads)
        await client.get("/page", params={"lang": SECRET})
        await client.get(f"/{SECRET}")
        await client.get("/v1/broken")
        await client.get("/health")
        await client.get(f"/v1/notebooks/{STREAM}", headers=issuer.bearer(Role.OPERATOR))
    found = [line for line in lines() if line["logger"] == "http"]
    assert [(line["event"], line.get("method"), line["route"], line.get("status")) for line in found] == [
        ("request", "POST", "/v1/notebooks/{notebook_id}/marks", 409),
        ("request", "GET", "/page", 200),
        ("request", "GET", "-", 404),
        ("unexpected", None, "/v1/broken", None),
        ("request", "GET", "/v1/broken", 500),
        ("request", "GET", "/v1/notebooks/{notebook_id}", 403),
    ]
    assert (found[0]["correlation_id"], found[0]["actor"]) == (
        "0b9c4ad02f5c4d0b8f5e3f1f6a0e7c11",
        "officer-7",
    )
    assert "actor" not in found[1]
    assert found[3]["correlation_id"] == found[4]["correlation_id"]
    assert SECRET not in repr(lines())
    assert "1-1111-11111-11-1" not in repr(lines())


def test_a_level_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="DEBUG"):
        logs.configure("members", "LOUD")


def test_a_process_of_ours_prints_nothing_but_json_lines():
    program = """
        import warnings
        import faststream.kafka, uvicorn, structlog, logging
        from services.chassis import logs
        logs.configure("members")
        logging.getLogger("faststream").info("FastStream app starting...")
        warnings.warn("old", DeprecationWarning)
        structlog.get_logger("a").info("hello", at_once=True)
        print(end="", flush=True)
    """
    ran = subprocess.run(
        [sys.executable, "-W", "always", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
    )
    events = [json.loads(line)["event"] for line in ran.stdout.splitlines()]
    assert "FastStream app starting..." in events
    assert events[-1] == "hello"
    assert any("DeprecationWarning: old" in event for event in events)
    assert ran.stderr == ""
