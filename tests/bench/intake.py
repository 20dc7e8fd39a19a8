"""An accepted register of so many rows as the worker of `members` runs it, beside a bare `insert_many` of the same rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter, process_time
from typing import Any

from contracts.topics import topic_of
from services.chassis.commit_store import MongoCommitStore
from services.chassis.garbage import collect_less_often
from services.chassis.handling import CommandHandler
from services.chassis.import_reports import MongoImportReports
from services.chassis.mongo import Client
from services.chassis.projection import Record
from services.chassis.sealing import Sealing
from services.chassis.thai import generated_citizen_number
from services.chassis.wrapped_keys import MongoWrappedKeys
from services.members.app import SERVICE
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import VILLAGES
from tests.bench.site import Site
from tests.bench.world import register_areas
from tests.edge import SECRETS, Edge, edge_of
from tests.importing import IMPORT, worker
from tests.lamphun_edge import csv_of


async def measure(site: Site) -> list[Figure]:
    """The ratio, the two speeds, and what the import takes of this process."""
    collect_less_often()  # as `chumchon serve` does; the peer gains by it too, and is in the same process
    async with site.client() as client:
        speeds = _Speeds(client, site)
        found = await interleaved(site.scale.imports, {"import": speeds.imported, "bare": speeds.bare})
    ours, bare, rows = found["import"], found["bare"], f"{site.scale.rows:,} register rows"
    return [
        ratio(
            "import_vs_bare_insert_many",
            ours,
            bare,
            goal="≥ 0.3",
            note=f"{rows}, each a person and a membership",
        ),
        Figure(
            "import_rows_per_s",
            tuple(ours),
            "/s",
            note="of an accepted file, its events committed; API process alone",
        ),
        Figure("import_cpu_ms", tuple(speeds.cpu[1:]), "ms", note="a row, of the process of the API"),
        Figure(
            "bare_insert_many_per_s",
            tuple(bare),
            "/s",
            note="motor insert_many of the rows as plain documents",
        ),
    ]


@dataclass
class _Speeds:
    client: Client
    site: Site

    def __post_init__(self) -> None:
        self.cpu: list[float] = []

    async def imported(self) -> float:
        """From the moment at which the worker hears of the file to the moment at which it is completed."""
        async with self.site.fresh(self.client) as database:
            store = MongoCommitStore(database)
            await store.prepare()
            sealing = Sealing(MongoWrappedKeys(database), SECRETS.master_key)
            handler = CommandHandler("members", store, sealing, fingerprint_key=b"f" * 32)
            await register_areas(handler)
            reports = MongoImportReports(database)
            async with edge_of(SERVICE, handler=handler, import_reports=reports) as edge:
                answer = await edge.csv("memberships", csv_of(*self._rows))
                assert answer.status_code == 202, answer.text
                import_id = answer.json()["id"]
                await _heard(edge, store, import_id)
                begun, cpu = perf_counter(), process_time()
                async with worker(edge):
                    edge.bell.ring()
                    while (await handler.state(IMPORT, import_id, fresh=False)).state.running:
                        await asyncio.sleep(0.01)
                    seconds, cpu = perf_counter() - begun, process_time() - cpu
                done = (await handler.state(IMPORT, import_id)).state
                assert (done.written, done.refused) == (self.site.scale.rows, 0)
        self.cpu.append(1_000 * cpu / self.site.scale.rows)
        return self.site.scale.rows / seconds

    async def bare(self) -> float:
        """The same rows, as one `insert_many` of the driver with the product's write concern."""
        async with self.site.fresh(self.client) as database:
            documents = [dict(row) for row in self._rows]
            begun = perf_counter()
            await database["rows"].insert_many(documents, ordered=False)
            return len(documents) / (perf_counter() - begun)

    @cached_property
    def _rows(self) -> Sequence[dict[str, Any]]:
        return [_row(n) for n in range(self.site.scale.rows)]


def _row(n: int) -> dict[str, Any]:
    """The register row of a generated person."""
    return {
        "citizen_id": generated_citizen_number(n),
        "given_name": f"ตัวอย่าง{n}",
        "family_name": "สมมุติ",
        "birth_date": "2510-04-13",
        "network": "tsm",
        "area": VILLAGES[n % len(VILLAGES)],
        "applied_on": "2021-10-01",
        "registered_on": "2021-10-15",
        "card_no": f"4421-{n}",
        "card_issued_on": "2021-10-20",
        "old_or_new": "new",
        "generated": "yes",
    }


async def _heard(edge: Edge, store: MongoCommitStore, import_id: str) -> None:
    """The worker's view hears of the file, without a relay beside it."""
    for commit in await store.read(import_id):
        for recorded in commit.events:
            event = recorded.envelope.parsed()
            assert event is not None
            edge.apply(Record(recorded.envelope, event, topic_of(event.service), 0))
