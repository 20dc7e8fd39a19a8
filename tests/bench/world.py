"""The areas that funds need: registered in `members` by its own command, published, and known to the views of others."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from time import monotonic

from contracts.ids import derived
from contracts.topics import topic_of
from deploy.local import issuer
from services.chassis.access import Role
from services.chassis.calls import Call, Done
from services.chassis.checkpoints import Checkpoints
from services.chassis.commit_store import MongoCommitStore
from services.chassis.handling import CommandHandler
from services.chassis.mongo import Client, Database, database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.sealing import Sealing
from services.chassis.wrapped_keys import MongoWrappedKeys
from services.members.domain.area_register import AREA_REGISTER, RegisterArea, RegisterAreas, register_stream
from services.reporting.views import BOARD
from tests.bench.material import ACTOR, DISTRICTS, TAMBONS, VILLAGES
from tests.bench.site import PATIENCE, Site

LONG_AGO = date(1900, 1, 1)


def token(site: Site) -> str:
    """An officer of Lamphun."""
    site.stack.ensure("issuer")
    return issuer.token(site.stack.settings, [Role.OFFICER], ["51"], actor=ACTOR)


async def register_areas(handler: CommandHandler) -> None:
    """All of Lamphun, long ago."""
    codes = ["51", *DISTRICTS, *TAMBONS, *VILLAGES]
    for number, at in enumerate(range(0, len(codes), 400)):
        rows = tuple(
            RegisterArea(code=code, name_th=f"พื้นที่ {code}", name_en=f"Area {code}", valid_from=LONG_AGO)
            for code in codes[at : at + 400]
        )
        call = Call(ACTOR, derived("bench-areas", number), datetime.now(UTC), "bench-areas")
        done = await handler.handle(AREA_REGISTER, register_stream("51"), RegisterAreas(rows=rows), call)
        assert isinstance(done, Done), done


async def settled(site: Site, client: Client) -> None:
    """Register the areas and wait until `funds` knows them; nothing to do where it does already."""
    for part in ("kafka", "mongo", "topics", "issuer"):
        site.stack.ensure(part)
    known = kept(site, client, "funds")
    if await _known(known):
        return
    members = kept(site, client, "members")
    store = MongoCommitStore(members)
    await store.prepare()
    handler = CommandHandler(
        "members", store, Sealing(MongoWrappedKeys(members), bytes(32)), fingerprint_key=b"f"
    )
    await register_areas(handler)
    async with AsyncExitStack() as running:
        await running.enter_async_context(site.service("members", "relay"))
        await running.enter_async_context(site.service("funds", "views"))
        deadline = monotonic() + PATIENCE
        while not await _known(known):
            if monotonic() > deadline:
                raise RuntimeError("funds does not learn of the areas")
            await asyncio.sleep(0.1)


def kept(site: Site, client: Client, service: str) -> Database:
    """The database of a service of the stack."""
    return database(client, f"{site.stack.settings.database_prefix}_{service}")


async def on_the_board(site: Site, client: Client, seconds: float = PATIENCE) -> None:
    """Wait until everything that `funds` has committed is published and on the board of `reporting`."""
    funds, reporting = kept(site, client, "funds"), kept(site, client, "reporting")
    deadline = monotonic() + seconds
    while await MongoCommitStore(funds).waiting() or not await _all_shown(funds, reporting):
        if monotonic() > deadline:
            raise RuntimeError("the board does not catch up with funds")
        await asyncio.sleep(0.1)


async def _all_shown(funds: Database, reporting: Database) -> bool:
    newest = await funds["rounds"].find_one({}, sort=[("_id", -1)])
    if newest is None:
        return True
    shown = {
        source: one.position
        for source, one in (await Checkpoints(reporting, BOARD.name, BOARD.version).all()).items()
    }
    topic = topic_of("funds")
    return all(shown.get((topic, int(n)), 0) >= position for n, position in newest["last"].items())


async def _known(funds: Database) -> bool:
    async with MongoReadModels(funds, "funds.areas").snapshot() as snapshot:
        return bool(await snapshot.facets("area", where={"subject": VILLAGES[-1]}))
