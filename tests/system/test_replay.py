"""An audit of a running system, by what an auditor types: figures of a moment come out of the log again, and tampering is loud."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.topics import topic_of
from services.chassis.audit import Until, read_vector, verify
from services.chassis.mongo import Database
from services.cli import main
from services.cli.auditing import figures_at, where
from services.reporting.views import BOARD, DUTIES
from tests.local_stack import REPOSITORY, own_stack
from tests.system.world import VILLAGES, World, six_villages

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DAY = "2021-12-31"
Chumchon = Callable[..., Awaitable[subprocess.CompletedProcess[str]]]


@pytest.fixture(scope="module")
async def town() -> AsyncIterator[World]:
    """Six villages on a stack of their own: its log is damaged at the end."""
    with own_stack() as stack:
        async with six_villages(stack) as made:
            yield made


@pytest.fixture
def chumchon(town: World) -> Chumchon:
    """The command line on the town's stack."""

    async def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli.main", *words]
        return await asyncio.to_thread(
            subprocess.run,
            command,
            cwd=REPOSITORY,
            env=town.stack.env,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def told(answer: subprocess.CompletedProcess[str]) -> Any:
    assert answer.stdout, answer.stderr
    return json.loads(answer.stdout)


async def scratches(town: World) -> list[str]:
    names = await town.client.list_database_names()
    return [name for name in names if "_replay_" in name or "_held_" in name]


@pytest.fixture(scope="module")
async def saved(town: World) -> dict[str, Any]:
    """What the board showed once, its vector, and when that was; then many more were registered."""
    async with town.officers():
        await asyncio.sleep(1)
    await town.quiet()
    command = [sys.executable, "-m", "services.cli.main", "figures", "--area", "51", "--on", DAY]
    answer = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=REPOSITORY,
        env=town.stack.env,
        capture_output=True,
        text=True,
        check=False,
    )
    shown: dict[str, Any] = told(answer)
    assert shown["figures"]["members.tsm.current"] > 0
    shown["moment"] = datetime.now(UTC).isoformat()
    (town.stack.home / "saved.json").write_text(answer.stdout)
    await asyncio.sleep(0.05)
    async with town.officers():
        await asyncio.sleep(1)
    return shown


async def test_the_figures_of_a_moment_come_out_of_the_log_again_while_writing_goes_on(
    town: World, saved: dict[str, Any], chumchon: Chumchon
):
    async with town.officers(2):
        at = await chumchon("replay", "--at", str(town.stack.home / "saved.json"), "--json")
        as_of = await chumchon(
            "replay", "--as-of", saved["moment"], "--area", "51", "--on", DAY, "--json", "--jobs", "2"
        )
        whole = await chumchon("verify", "--json")
        now = told(await chumchon("figures", "--area", "51", "--on", DAY))
    assert (at.returncode, as_of.returncode, whole.returncode) == (0, 0, 0), (
        at.stderr + as_of.stderr + whole.stdout
    )
    by_vector, by_moment = told(at), told(as_of)
    assert by_vector["figures"] == by_moment["figures"] == saved["figures"]
    assert by_vector["saved_differs"] == {}
    assert now["figures"]["members.tsm.current"] > saved["figures"]["members.tsm.current"]
    assert (
        {t: p for t, p in by_vector["vector"].items() if p}
        == saved["seen"]
        == {t: p for t, p in by_moment["vector"].items() if p}
    )
    assert by_vector["read_models"] == by_moment["read_models"]
    nobody_wrote = [topic_of(service) for service in ("funds", "otop", "reporting")]
    assert by_moment["open_topics"] == nobody_wrote, "there is nothing later"
    assert [report["whole"] for report in told(whole)] == [True] * 4
    assert await scratches(town) == []


async def test_figures_at_a_vector_are_a_function(town: World, saved: dict[str, Any]):
    at = where(town.stack.settings, "reporting")
    until = Until(vector=read_vector(saved["seen"]))
    assert await figures_at(at, until, "51", date.fromisoformat(DAY)) == saved["figures"]
    assert await figures_at(at, Until(vector={}), "51", date.fromisoformat(DAY)) is None
    one = {"chumchon.members.events.v1": {0: 10**9}}
    with pytest.raises(ValueError, match="vector-beyond-log"):
        await figures_at(at, Until(vector=one), "51", date.fromisoformat(DAY))


async def test_the_live_read_models_equal_a_replay_document_by_document_under_load(
    town: World, saved: dict[str, Any], chumchon: Chumchon
):
    async with town.officers(2):
        board = await chumchon("replay", "--compare-live", "--area", "51", "--on", DAY, "--json")
        register = await chumchon("replay", "--compare-live", "--service", "members", "--json")
    assert (board.returncode, register.returncode) == (0, 0), board.stderr + register.stderr
    live = by_projection(board)
    assert {BOARD.name, DUTIES.name} <= set(live)
    assert [name for name, one in live.items() if not one["equal"]] == []
    assert live[BOARD.name]["version"] == BOARD.version
    assert live[BOARD.name]["documents"] > len(VILLAGES)
    kept = by_projection(register)
    assert "members.things" in kept
    assert [name for name, one in kept.items() if not one["equal"]] == []
    shards: Any = board_of(town)["shards"]
    await shards.update_one({"measure": "members.tsm.current"}, {"$inc": {"n": 1}})
    wrong = await chumchon(
        "replay", "--compare-live", "--json", "--report", str(town.stack.home / "wrong.json")
    )
    assert wrong.returncode == 1
    assert [name for name, one in by_projection(wrong).items() if not one["equal"]] == [BOARD.name]
    compared = by_projection(wrong)[BOARD.name]
    assert [(row["collection"], row["difference"]) for row in compared["rows"]] == [("shards", "other")]
    assert json.loads((town.stack.home / "wrong.json").read_text()) == told(wrong)
    await shards.update_one({"_id": compared["rows"][0]["_id"]}, {"$inc": {"n": -1}})
    assert await scratches(town) == []


def by_projection(answer: Any) -> dict[str, Any]:
    return {one["projection"]: one for one in told(answer)["compared"]}


def board_of(town: World) -> dict[str, Any]:
    kept: Database = town.kept("reporting")
    return {name: kept[f"{BOARD.name}.{BOARD.version}.{name}"] for name in ("shards", "facets")}


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "--area", "51"),
        ("replay", "--as-of", "once upon a time"),
        ("replay", "--as-of", "2022-01-01", "--projection", "nothing"),
        ("replay", "--as-of", "2022-01-01", "--compare-live"),
        ("verify", "nobody"),
    ],
)
def test_what_cannot_be_read_is_told_before_anything_is_done(words: tuple[str, ...]):
    assert CliRunner().invoke(main.app, words).exit_code == 2


async def test_a_flipped_bit_in_the_file_of_a_stopped_broker_is_found_and_fails_a_replay(
    town: World, saved: dict[str, Any], chumchon: Chumchon
):
    await town.quiet()
    for name in ("members", "reporting"):
        town.kill(name)
    assert (await chumchon("down", "--only", "kafka")).returncode == 0
    segment = max(
        town.stack.home.rglob("chumchon.members.events.v1-*/*.log"), key=lambda one: one.stat().st_size
    )
    flip(segment, b'"cohort":"new"')
    assert (await chumchon("up", "--only", "kafka")).returncode == 0
    partition = int(segment.parent.name.rpartition("-")[2])
    at = where(town.stack.settings, "members")
    alone = await verify(at, "kafka")
    assert set(alone.findings.counts) == {"record-corrupt", "hash-wrong"}
    assert {finding.partition for finding in alone.findings.rows} == {partition}
    assert (await verify(at, "mongo")).whole
    answer = await chumchon("verify", "members", "otop", "--json")
    assert answer.returncode == 1, answer.stderr
    members, otop = told(answer)
    assert set(members["faults"]) == {"record-corrupt", "record-differs"}
    assert all(row["th"] and row["en"] for row in members["findings"])
    assert otop["whole"]
    failed = await chumchon("replay", "--as-of", datetime.now(UTC).isoformat(), "--area", "51", "--json")
    assert failed.returncode == 1
    report = told(failed)
    assert not report["whole"]
    assert "figures" not in report
    assert set(report["faults"]) == {"record-corrupt", "hash-wrong"}
    shown = await chumchon("verify", "members", "--source", "kafka")
    assert (shown.returncode, "hash-wrong" in shown.stdout) == (1, True), "a table for people"
    assert (await chumchon("down", "--only", "kafka")).returncode == 0
    assert (await chumchon("verify", "members", "--source", "kafka")).returncode == 2


def flip(segment: Path, near: bytes) -> None:
    """One bit of the first such text in a file: the last letter but one."""
    content = bytearray(segment.read_bytes())
    content[content.index(near) + len(near) - 2] ^= 1
    segment.write_bytes(content)
