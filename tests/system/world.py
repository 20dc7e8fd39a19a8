"""All services as processes on the run's own stack, officers who write, and everything that must be true afterwards."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import bson
import httpx
from confluent_kafka import Message

import contracts.catalogue  # noqa: F401 - registers every type
from contracts.envelope import Envelope
from contracts.ids import derived
from contracts.topics import topic_of
from deploy.local import issuer
from services.chassis.access import Role
from services.chassis.mongo import Client, Database, connect, database
from services.chassis.projection import Projection, Record
from services.chassis.read_models import InMemoryReadModels
from services.chassis.settings import ADMIN
from services.chassis.thai import generated_citizen_number
from services.reporting.views import BOARD
from tests import chain
from tests.local_stack import REPOSITORY, LocalStack
from tests.system.relay_stack import assert_chained, assert_in_stream_order, read_topic

ENTRY = "POST /v1/register-entries"
VILLAGES = tuple(f"5101{tambon:02d}{village:02d}" for tambon in (1, 2, 3) for village in (1, 2))
QUIET_SECONDS = 90


@dataclass
class World:
    """The services under test. `acknowledged` holds what was answered with success: command key → (stream, version)."""

    stack: LocalStack
    client: Client
    token: str
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    persons: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(2565))

    def start(
        self, service: str, *, stop_at: str = "", roles: str = "api,relay,views", name: str = ""
    ) -> subprocess.Popen[bytes]:
        """A service in a process of its own; with `stop_at` it kills itself there."""
        log = (self.stack.home / f"{name or service}.log").open("ab")
        command = [sys.executable, "-m", "services.cli.main", "serve", service, "--roles", roles]
        env = {**self.stack.env, "CHUMCHON_STOP_AT": stop_at}
        process = subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=log, stderr=log)
        self.processes[name or service] = process
        return process

    def kill(self, name: str) -> None:
        """kill -9."""
        self.processes[name].kill()
        self.processes[name].wait()

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.stack.settings.ports[service]}"

    async def ready(self, service: str, seconds: float = 120) -> None:
        """Wait until it is."""
        async with asyncio.timeout(seconds), httpx.AsyncClient(base_url=self.url(service)) as client:
            while True:
                assert self.processes[service].poll() is None, (
                    self.stack.home / f"{service}.log"
                ).read_text()[-3000:]
                try:
                    if (await client.get("/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    async def dies(self, name: str, seconds: float = 120) -> None:
        """Wait until it has killed itself."""
        async with asyncio.timeout(seconds):
            while self.processes[name].poll() is None:
                await asyncio.sleep(0.05)
        assert self.processes[name].returncode == -9

    def person(self) -> str:
        """The next generated citizen number."""
        self.persons += 1
        return generated_citizen_number(self.persons)

    def entry(self, number: str = "") -> dict[str, Any]:
        """A row of a register, for a new person unless told."""
        return {
            "citizen_id": number or self.person(),
            "given_name": "ตัวอย่าง",
            "family_name": "สร้างขึ้น",
            "network": "tsm",
            "area": self.dice.choice(VILLAGES),
            "applied_on": "๑ ธ.ค. ๒๕๖๔",
            "registered_on": "2021-12-02",
            "old_or_new": "new",
            "generated": "ใช่",
        }

    async def send(self, client: httpx.AsyncClient, body: dict[str, Any], key: str) -> httpx.Response | None:
        """One try; None where nobody answered or the answer says that it is not known."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        try:
            answer = await client.post("/v1/register-entries", json=body, headers=headers)
        except httpx.TransportError:
            return None
        if answer.status_code == 503:
            return None
        if answer.status_code == 201:
            told = (answer.json()["id"], answer.json()["version"])
            assert self.acknowledged.setdefault(key, told) == told, "two answers to one key"
        return answer

    async def until_known(self, client: httpx.AsyncClient, body: dict[str, Any], key: str) -> httpx.Response:
        """Send the same until there is an answer."""
        while True:
            answer = await self.send(client, body, key)
            if answer is not None:
                return answer
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def officers(self, count: int = 4) -> AsyncIterator[None]:
        """So many officers enter people meanwhile; each goes on until it knows the answer to what it sent."""
        stop = asyncio.Event()

        async def officer(client: httpx.AsyncClient) -> None:
            while not stop.is_set():
                answer = await self.until_known(client, self.entry(), str(uuid4()))
                assert answer.status_code == 201, answer.text

        async with (
            httpx.AsyncClient(base_url=self.url("members"), timeout=10) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(count):
                group.create_task(officer(client))
            try:
                yield
            finally:
                stop.set()

    def kept(self, service: str) -> Database:
        """The database of a service."""
        return database(self.client, f"chumchon_{service}")

    async def quiet(self) -> None:
        """Wait until all is sent and every view has read it."""
        readers = {"members": ("members.things", "members.tambon-reach"), "reporting": (BOARD.name,)}
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                while not await self._is_quiet(readers):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            told = [(self.stack.home / f"{service}.log").read_text()[-3000:] for service in readers]
            raise AssertionError("\n".join(["not quiet", *told])) from None

    async def _is_quiet(self, readers: dict[str, tuple[str, ...]]) -> bool:
        kept = self.kept("members")
        if await kept.commits.count_documents({"pending": True}):
            return False
        [last] = await kept.rounds.find().sort("_id", -1).limit(1).to_list(1)
        ends = {int(partition): position for partition, position in last["last"].items() if position}
        for service, names in readers.items():
            for name in names:
                found = self.kept(service).checkpoints.find(
                    {"projection": name, "topic": topic_of("members")}
                )
                seen = {row["partition"]: row["position"] async for row in found}
                if any(seen.get(partition) != position for partition, position in ends.items()):
                    return False
        return True

    async def assert_all_is_well(self) -> None:
        """Nothing lost, nothing twice, order and chains kept, live read models equal to a rebuild."""
        await self.quiet()
        log = await self._assert_log()
        records = await asyncio.to_thread(read_topic, self.stack.settings.bus(ADMIN), topic_of("members"))
        assert_topic(records, log)
        await self._assert_once()
        board = fold(BOARD, {"members": records})
        await assert_read_models(self.kept("reporting"), BOARD, board)

    async def _assert_log(self) -> dict[str, tuple[str, str]]:
        """Every stream whole, every acknowledged command in it once; event id → (hash, data)."""
        commands, events = await whole_log(self.kept("members"))
        for key, told in self.acknowledged.items():  # the second command of a request is numbered
            assert commands[str(derived("officer", ENTRY, key, 1))] == told
        return events

    async def _assert_once(self) -> None:
        """Each person has one membership; each tambon was told once that it has a first member."""
        kept = self.kept("members")
        registered = await _counted(kept, "chumchon.members.MembershipRegistered.v1")
        applied = await _counted(kept, "chumchon.members.MembershipApplied.v1")
        assert registered == applied
        assert len(self.acknowledged) <= registered
        per_tambon = kept.commits.aggregate(
            [
                {"$unwind": "$events"},
                {"$match": {"events.type": "chumchon.members.FirstMemberInTambonRegistered.v1"}},
                {"$group": {"_id": "$events.area", "n": {"$sum": 1}}},
            ]
        )
        assert {row["_id"]: row["n"] async for row in per_tambon} == {village[:6]: 1 for village in VILLAGES}


async def whole_log(kept: Database) -> tuple[dict[str, tuple[str, int]], dict[str, tuple[str, str]]]:
    """Every stream of a service is whole, no command is there twice: command id → (stream, version), and event id →
    (hash, data)."""
    streams: dict[str, list[dict[str, Any]]] = defaultdict(list)
    commands: dict[str, tuple[str, int]] = {}
    events: dict[str, tuple[str, str]] = {}
    async for commit in kept.commits.find().sort([("_id.stream", 1), ("_id.version", 1)]):
        stream, version = commit["_id"]["stream"], commit["_id"]["version"]
        streams[stream].append(commit)
        assert commit["command_id"] not in commands
        commands[commit["command_id"]] = (stream, version)
        for index, event in enumerate(commit["events"]):
            events[str(derived(stream, version, index))] = (event["hash"], event["data"])
    for commits in streams.values():
        chain.assert_whole(commits)
    return commands, events


async def assert_read_models(kept: Database, projection: Projection, rebuilt: InMemoryReadModels) -> None:
    """The live documents of a projection are those of the rebuild; nothing lies in dead letters."""
    state = await kept.projections.find_one({"_id": projection.name})
    assert state is not None
    for collection, documents in rebuilt.documents.items():
        found = kept[f"{projection.name}.{state['live']}.{collection}"].find({}, {"_id": 0})
        live = {_canonical(row) async for row in found}
        wanted = {_canonical(row) for row in documents.values()}
        assert live == wanted, (
            f"{projection.name} {collection}: {len(live - wanted)} others live, {len(wanted - live)} missing, "
            f"of {len(wanted)}: {sorted(live ^ wanted)[:3]}"
        )
    assert await kept.dead_letters.count_documents({}) == 0


def assert_topic(records: list[tuple[Message, Envelope]], log: dict[str, tuple[str, str]]) -> None:
    """The topic is the log: every event, each position once (or repeated with the same id and hash), chained."""
    once: dict[int, tuple[Message, Envelope]] = {}
    for message, envelope in records:
        first = once.setdefault(envelope.position, (message, envelope))[1]
        assert (first.id, first.hash) == (envelope.id, envelope.hash)
        assert envelope.hash == envelope.computed_hash()
    assert sorted(once) == list(range(1, len(log) + 1))
    in_order = sorted(once.values(), key=lambda pair: (pair[0].partition(), pair[1].position))
    assert_chained(in_order)
    assert_in_stream_order([envelope for _, envelope in in_order])
    assert {envelope.id: (envelope.hash, envelope.data) for _, envelope in once.values()} == log


def fold(projection: Projection, topics: dict[str, list[tuple[Message, Envelope]]]) -> InMemoryReadModels:
    """A rebuild from offset 0, by the fake."""
    models = InMemoryReadModels()
    for service, records in topics.items():
        seen: set[int] = set()
        for message, envelope in records:
            event, partition = envelope.parsed(), message.partition()
            if event is None or partition is None or envelope.position in seen:
                continue
            seen.add(envelope.position)
            models.apply(projection.changes(Record(envelope, event, topic_of(service), partition)))
    return models


async def _counted(kept: Database, name: str) -> int:
    return await kept.commits.count_documents({"events.type": name})


def _canonical(row: dict[str, Any]) -> str:
    kept = bson.decode(bson.encode(row))  # as MongoDB keeps it: an enum is its value
    return repr(sorted((name, repr(value)) for name, value in kept.items()))


@asynccontextmanager
async def world(stack: LocalStack) -> AsyncIterator[World]:
    """An empty world with Lamphun's first areas; everything that it started is gone at the end."""
    for part in ("mongo", "kafka", "topics", "issuer"):
        stack.ensure(part)
    token = issuer.token(stack.settings, (Role.OFFICER, Role.APPROVER), ("",), actor="officer")
    made = World(stack, connect(stack.settings.mongo), token)
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.wait()
        made.client.close()


@asynccontextmanager
async def six_villages(stack: LocalStack) -> AsyncIterator[World]:
    """A world where `members` and `reporting` are at work and six villages are registered."""
    async with world(stack) as made:
        made.start("members")
        made.start("reporting")
        await made.ready("members")
        await made.ready("reporting")
        codes = sorted({code[:n] for code in VILLAGES for n in (2, 4, 6, 8)})
        levels = {2: "province", 4: "district", 6: "tambon", 8: "village"}
        rows = [f"{code},{levels[len(code)]},ตัวอย่าง {code},Example {code}," for code in codes]
        file = "\n".join(["code,level,name_th,name_en,valid_from", *rows])
        async with httpx.AsyncClient(base_url=made.url("members"), timeout=30) as client:
            client.headers.update({"Authorization": f"Bearer {made.token}", "Content-Type": "text/csv"})
            accepted = await client.post("/v1/imports/areas", content=file.encode())
            assert accepted.status_code == 202, accepted.text
            async with asyncio.timeout(60):
                while (await client.get(accepted.headers["Location"])).json()["status"] != "completed":
                    await asyncio.sleep(0.1)
        yield made
