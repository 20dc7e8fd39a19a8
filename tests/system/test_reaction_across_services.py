"""A certified producer group of `otop` is linked to its fund in `funds`: two services, two databases, one real bus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from contracts.funds import FundKind
from contracts.ids import event_id
from contracts.otop import ApplicationChannel, ProducerCategory
from services.chassis.bootstrap import Bootstrap
from services.chassis.calls import Call, Done
from services.chassis.commit_store import MongoCommitStore
from services.chassis.consumer import REACTION_REFUSALS
from services.chassis.decider import Actor, Aggregate, Command
from services.chassis.handling import CommandHandler
from services.chassis.mongo import Database, connect, database
from services.chassis.projection import Reaction
from services.chassis.running import executor
from services.chassis.sealing import Sealing
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from services.funds.domain.fund import FUND, EstablishFund, Fund, fund_stream
from services.funds.reactions import PRODUCER_GROUPS
from services.otop.domain.producer import (
    PRODUCER,
    ApplyAsProducer,
    CertifyProducer,
    RevokeRegistration,
    producer_stream,
)
from tests.local_stack import LocalStack
from tests.system.bus import Bus
from tests.system.consuming import consuming, until_caught_up
from tests.system.relay_stack import Site, new_site, running

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

VILLAGE, ELSEWHERE = "51010101", "51020101"
OFFICER, PROVINCE = Actor(id="officer-1", scopes=("51",)), Actor(id="province-1", scopes=("51",))
DAY = date(2022, 4, 1)


@dataclass(frozen=True)
class ReactionOn(Reaction):
    """The reaction on a test's own topic."""

    topic: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic,)


@dataclass
class Town:
    """Both services: `otop` with its relay's site, `funds` with its database."""

    site: Site
    kept: Database
    otop: CommandHandler
    funds: CommandHandler
    events: int = 0

    async def do(
        self, handler: CommandHandler, aggregate: Aggregate[Any, Any], stream: str, command: Command
    ) -> None:
        """Do a command, and count what `otop` said."""
        call = Call(actor="a1", command_id=uuid4(), now=datetime.now(UTC), correlation_id=str(uuid4()))
        done = await handler.handle(aggregate, stream, command, call)
        assert isinstance(done, Done), done
        self.events += len(done.events) if handler is self.otop else 0

    async def certified(
        self, ref: str, fund_id: str | None, category: ProducerCategory = ProducerCategory.GROUP
    ) -> str:
        """A producer that applied and was certified."""
        stream = producer_stream(VILLAGE, ref)
        apply = ApplyAsProducer(
            registration_ref=ref, category=category, channel=ApplicationChannel.OFFICE, area=VILLAGE,
            fund_id=fund_id, on=DAY, by=OFFICER,
        )  # fmt: skip
        await self.do(self.otop, PRODUCER, stream, apply)
        certify = CertifyProducer(on=DAY, registration_number=ref, announced_on=DAY, by=PROVINCE)
        await self.do(self.otop, PRODUCER, stream, certify)
        return stream

    async def revoked(self, stream: str) -> None:
        """Its registration ends."""
        revoke = RevokeRegistration(on=DAY, order="d-1", reasons=("not-a-producer",), by=PROVINCE)
        await self.do(self.otop, PRODUCER, stream, revoke)

    async def fund(self, area: str) -> str:
        """A fund in a village."""
        stream = fund_stream(FundKind.POVERTY, area, 1)
        establish = EstablishFund(kind=FundKind.POVERTY, area=area, name_th="กองทุน", on=DAY)
        await self.do(self.funds, FUND, stream, establish)
        return stream

    async def heard(self) -> None:
        """`otop`'s relay sends everything, and `funds` reacts to all of it."""
        async with running(self.site.relay()) as relay:
            await relay.until(lambda state: state.position == self.events)
        bus = Bus(self.site.admin, self.site.topic)
        reaction = ReactionOn(PRODUCER_GROUPS.name, PRODUCER_GROUPS.handlers, topic=self.site.topic)
        execute = executor("funds", self.funds)
        async with consuming(self.kept, bus, reaction, execute=execute) as consumer:
            await until_caught_up(consumer)

    async def of(self, fund_id: str) -> Fund:
        """The fund now."""
        state = (await self.funds.state(FUND, fund_id)).state
        assert isinstance(state, Fund)
        return state

    async def refusals(self) -> set[tuple[str, str]]:
        """(code, fund) of each reaction that was refused."""
        found = [document async for document in self.kept[REACTION_REFUSALS].find()]
        assert len({document["_id"] for document in found}) == len(found)
        return {(document["code"], document["stream"]) for document in found}


@pytest.fixture
async def town(
    local_stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database, mongo_uri: str
) -> AsyncIterator[Town]:
    """Both services with empty logs."""
    site = await new_site(local_stack, kafka_bootstrap, fresh_database)
    client = connect(mongo_uri)
    kept = database(client, f"{fresh_database.name}_funds")
    yield Town(site, kept, await handler_of("otop", fresh_database), await handler_of("funds", kept))
    await client.drop_database(kept.name)
    client.close()


async def handler_of(service: str, kept: Database) -> CommandHandler:
    store = MongoCommitStore(kept)
    await store.prepare()
    sealing = Sealing(InMemoryWrappedKeys(), b"\x02" * 32)
    return CommandHandler(service, store, sealing, fingerprint_key=b"\x03" * 32)


async def test_a_certified_group_is_linked_to_its_fund_and_a_revoked_one_no_longer_is(town: Town):
    fund, other = await town.fund(VILLAGE), await town.fund(ELSEWHERE)
    nowhere = fund_stream(FundKind.SAVINGS, VILLAGE, 9)
    first, second = await town.certified("1", fund), await town.certified("2", fund)
    await town.certified("3", other)
    await town.certified("4", nowhere)
    await town.certified("5", None)
    await town.certified("6", None, ProducerCategory.SME)
    await town.heard()
    assert (await town.of(fund)).producers == {first, second}
    assert await town.refusals() == {("fund-of-another-district", other), ("fund-not-found", nowhere)}
    await town.revoked(first)
    await town.heard()
    assert (await town.of(fund)).producers == {second}
    [*_, last] = [commit async for commit in town.kept.commits.find({"_id.stream": fund}).sort("_id.version")]
    assert (last["actor"], last["causation_id"]) == ("system:funds", str(event_id(first, 3, 0)))


async def test_hearing_everything_again_links_nothing_twice_and_brings_no_revoked_group_back(town: Town):
    fund = await town.fund(VILLAGE)
    first, second = await town.certified("1", fund), await town.certified("2", fund)
    await town.certified("3", fund_stream(FundKind.SAVINGS, VILLAGE, 9))
    await town.revoked(first)
    await town.heard()
    before = await town.kept.commits.find().sort("_id").to_list(None)
    refusals = await town.refusals()
    await town.kept.checkpoints.delete_many({})  # as after a backup that had none of them
    await town.heard()
    assert await town.kept.commits.find().sort("_id").to_list(None) == before
    assert (await town.of(fund)).producers == {second}
    assert await town.refusals() == refusals != set()
