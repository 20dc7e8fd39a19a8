"""What must be true after a run, whatever was struck: each check says what is not so."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise

from confluent_kafka import Message

from contracts.envelope import Envelope
from contracts.funds import ProducerGroupLinked, ProducerGroupUnlinked
from contracts.ids import derived
from contracts.members import (
    FirstMemberInTambonRegistered,
    ImportAccepted,
    ImportCompleted,
    MembershipRegistered,
)
from contracts.otop import ProducerCategory, ProducerCertified, RegistrationRevoked
from contracts.topics import topic_of
from services.chassis.consumer.reactor import REACTION_REFUSALS
from services.chassis.projection import Reaction
from tests import chain
from tests.chaos.evidence import Evidence
from tests.chaos.office import ACTORS, Ledger
from tests.chaos.town import KINDS, SPECS, Town
from tests.system.relay_stack import assert_in_stream_order
from tests.system.world import assert_read_models, assert_topic, fold, whole_log

Check = Callable[[Town, Ledger, Evidence], AsyncIterator[str]]


async def differences(town: Town, ledger: Ledger, found: Evidence) -> list[str]:
    """All that is not as it must be; empty after a good run."""
    told = [f"an answer that nobody should get: {wrong}" for wrong in ledger.wrong]
    for check in (log_and_topic, commands, read_models, reactions, members, links):
        try:
            told += [difference async for difference in check(town, ledger, found)]
        except AssertionError as error:
            [*_, last] = traceback.extract_tb(error.__traceback__)
            told.append(f"{check.__name__}: {last.name} says: {last.line} {error}"[:2000])
    return told


async def log_and_topic(town: Town, ledger: Ledger, found: Evidence) -> AsyncIterator[str]:
    """Streams and chains are whole in MongoDB and in Kafka, which hold the same; positions have no gap; order is kept."""
    for service in KINDS["relay"]:
        records = found.records[service]
        _, events = await whole_log(town.kept(service))
        assert_topic(records, events)
        once: dict[int, tuple[Message, Envelope]] = {}
        for message, envelope in records:
            once.setdefault(envelope.position, (message, envelope))
        first = list(once.values())
        assert_in_stream_order([envelope for _, envelope in first])  # as they lie in the partitions
        for stream in chain.heard(message for message, _ in first).values():
            chain.assert_whole(stream, on_the_bus=True)
        times = [message.timestamp()[1] for message, _ in sorted(first, key=lambda pair: pair[1].position)]
        if any(later < earlier for earlier, later in pairwise(times)):
            yield f"{service}: the time of publication runs backwards"
        following = 1
        async for one in town.kept(service).rounds.find().sort("_id", 1):
            if one["_id"] != following:
                yield f"{service}: a round begins at {one['_id']}, not at {following}"
            following = one["_id"] + one["count"]
        if following != len(events) + 1:
            yield f"{service}: the rounds end at {following - 1}, the log has {len(events)} events"


async def commands(town: object, ledger: Ledger, found: Evidence) -> AsyncIterator[str]:
    """What was acknowledged is in the log, once, as it was told; and officers have committed nothing else."""
    for (service, command), told in ledger.known.items():
        there = found.commits[service].get(str(command))
        if there is None:
            if told.events:
                yield f"{service}: acknowledged and not in the log: {told}"
        elif (there.stream, there.version, there.types) != (told.stream, told.version, told.events):
            yield f"{service}: acknowledged as {told}, in the log as {there}"
    for service, commits in found.commits.items():
        asked = {str(command) for of, command in ledger.known if of == service}
        for one in {one for one, commit in commits.items() if commit.actor in ACTORS} - asked:
            yield f"{service}: nobody was told of {commits[one]}"


async def read_models(town: Town, ledger: Ledger, found: Evidence) -> AsyncIterator[str]:
    """Every live read model is what a rebuild from offset 0 makes: each event in it, once."""
    topics = {topic_of(service): service for service in found.records}
    for service in KINDS["views"]:
        for projection in SPECS[service].projections:
            of = {topics[name]: found.records[topics[name]] for name in projection.topics if name in topics}
            await assert_read_models(town.kept(service), projection, fold(projection, of))
            if not any(of.values()):
                yield f"{projection.name} had nothing to read"


async def reactions(town: Town, ledger: Ledger, found: Evidence) -> AsyncIterator[str]:
    """Every order of a reaction is in the log or written down as refused, or there is nothing to do; nobody else
    acted as the service."""
    for service in KINDS["views"]:
        ordered: set[str] = set()
        for reaction in SPECS[service].reactions:
            refused = {row["_id"] async for row in town.kept(service)[REACTION_REFUSALS].find({}, {"_id": 1})}
            for command, left in _orders(service, reaction, found):
                ordered.add(command)
                if left and command not in found.commits[service] and command not in refused:
                    yield f"{reaction.name}: {command} was not carried out, and there is something to do: {left}"
        for command, commit in found.commits.get(service, {}).items():
            if commit.actor == f"system:{service}" and command not in ordered:
                yield f"{service}: no event asked for {commit}"


def _orders(service: str, reaction: Reaction, found: Evidence) -> Iterator[tuple[str, object]]:
    """Command id of every order, and what deciding it once more would come to."""
    states: dict[str, list[object]] = {}
    for record in sorted(found.heard(service), key=lambda one: one.envelope.position):
        states.setdefault(record.envelope.subject, []).append(record.event)
    folded: dict[str, object] = {}
    for name in (topic.split(".")[1] for topic in reaction.topics):
        for record in found.heard(name):
            for order in reaction.orders(record):
                state = folded.get(order.stream)
                if state is None:
                    state = order.aggregate.initial
                    for event in states.get(order.stream, ()):
                        state = order.aggregate.evolve(state, event)
                    folded[order.stream] = state
                command = str(derived(record.envelope.id, reaction.name, order.stream))
                yield command, order.aggregate.decide(order.command, state)


async def members(town: Town, ledger: Ledger, found: Evidence) -> AsyncIterator[str]:
    """One registration for each that was told or imported, one first member a tambon; every import whole."""
    events = [record.event for record in found.heard("members")]
    told = Counter(name for answer in ledger.known.values() for name in answer.events)
    accepted = {event.import_id: event for event in events if isinstance(event, ImportAccepted)}
    completed = [event for event in events if isinstance(event, ImportCompleted)]
    if sorted(accepted) != sorted(event.import_id for event in completed):
        yield f"{len(accepted)} imports were accepted and {len(completed)} completed"
    rows = sum(event.rows for event in accepted.values() if event.kind == "memberships")
    for event in completed:
        if event.written + event.unchanged != accepted[event.import_id].rows:
            yield f"an import of {accepted[event.import_id].rows} rows ended as {event}"
    registered = [event for event in events if isinstance(event, MembershipRegistered)]
    if len(registered) != (expected := told[MembershipRegistered.type] + rows):
        yield f"{len(registered)} registrations in the log, {expected} were told or imported"
    firsts = Counter(event.area for event in events if isinstance(event, FirstMemberInTambonRegistered))
    if firsts != Counter({event.area[:6] for event in registered}):
        yield f"first members: {firsts}"


async def links(town: Town, ledger: Ledger, found: Evidence) -> AsyncIterator[str]:
    """Each certified group that names a fund is linked to it once, or that was refused; a revoked one no longer is."""
    certified = Counter(
        (event.producer_id, event.fund_id)
        for event in (record.event for record in found.heard("otop"))
        if isinstance(event, ProducerCertified) and event.category == ProducerCategory.GROUP and event.fund_id
    )
    revoked = {
        event.producer_id
        for event in (record.event for record in found.heard("otop"))
        if isinstance(event, RegistrationRevoked)
    }
    said = [record.event for record in found.heard("funds")]
    linked = Counter((one.producer_id, one.fund_id) for one in said if isinstance(one, ProducerGroupLinked))
    unlinked = Counter(
        (one.producer_id, one.fund_id) for one in said if isinstance(one, ProducerGroupUnlinked)
    )
    query = {"command": "LinkProducerGroup"}
    refused = await town.kept("funds")[REACTION_REFUSALS].count_documents(query)
    if linked - certified or linked.total() + refused != certified.total():
        yield f"{certified.total()} groups with a fund, {linked.total()} linked, {refused} refused"
    if unlinked != Counter({pair: 1 for pair in linked if pair[0] in revoked}):
        yield f"{len(revoked)} groups were revoked, {unlinked.total()} no longer linked"
