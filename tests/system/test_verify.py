"""`verify` on a real Kafka and a real MongoDB: what is whole is called whole, and each kind of tampering is found."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from services.chassis.audit import CouldNotLook, Report, Where, verify
from services.chassis.audit.verifying import Source
from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database, Document
from tests import chain
from tests.local_stack import LocalStack
from tests.system.relay_stack import Site, new_site, running
from tests.system.tampering import append, records_of, rewritten, verified

pytestmark = pytest.mark.system

SOURCES: tuple[Source, ...] = ("mongo", "kafka", "both")


@pytest.fixture
async def site(local_stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database) -> Site:
    """A service that has said something in several rounds."""
    new = await new_site(local_stack, kafka_bootstrap, fresh_database)
    async with running(new.relay()) as at_work:
        for commits in (1, 5, 12, 3, 20):
            await new.write(commits)
            await at_work.until(lambda state: state.position == new.events)
    await new.assert_whole()
    return new


def kinds(report: Report) -> list[str]:
    return [finding.kind.value for finding in report.findings.rows]


async def some_commit(site: Site) -> Document:
    """The first of a stream that goes on after it."""
    stream = next(head.stream for head in site.heads.values() if head.version > 1)
    found: Document | None = await site.database.commits.find_one({"_id.stream": stream, "_id.version": 1})
    assert found is not None
    return found


async def test_an_untouched_log_is_whole_from_every_side_and_in_several_processes(site: Site):
    for source, jobs in (*((source, 1) for source in SOURCES), ("kafka", 2), ("both", 3)):
        report = await verified(site, source, jobs)
        assert report.whole, report.row()
        assert (report.events, report.repeats, report.under_way) == (site.events, 0, 0)
        assert report.streams == len(site.heads)
        if source != "kafka":
            assert (report.commits, report.waiting) == (len(site.written), 0)
        if source != "mongo":
            assert report.records == site.events


async def test_a_flipped_bit_in_a_commit_is_found_in_mongodb_and_shows_beside_kafka(site: Site):
    commit = await some_commit(site)
    stream = commit["_id"]["stream"]
    data = bytearray(commit["events"][0]["data"].encode())
    data[-3] ^= 1
    await site.database.commits.update_one({"_id": commit["_id"]}, {"$set": {"events.0.data": data.decode()}})
    with pytest.raises(AssertionError):
        chain.assert_whole(
            [one async for one in site.database.commits.find({"_id.stream": stream}).sort("_id.version", 1)]
        )
    alone = await verified(site, "mongo")
    assert kinds(alone) == ["hash-wrong"]
    [finding] = alone.findings.rows
    assert (finding.where, finding.stream, finding.version) == ("mongo", stream, 1)
    assert finding.found == commit["events"][0]["hash"] != finding.expected
    assert finding.position > 0
    beside = await verified(site)
    assert sorted(kinds(beside)) == ["hash-wrong", "record-differs"]
    differs = next(one for one in beside.findings.rows if one.kind == "record-differs")
    assert (differs.position, differs.stream) == (finding.position, stream)
    assert differs.found == "other: value; its own hash is right"
    assert (await verified(site, "kafka")).whole


async def test_a_flipped_bit_in_a_record_is_found_in_kafka_and_shows_beside_mongodb(site: Site):
    records = await records_of(site)
    victim = len(records) // 2
    value = bytearray(records[victim].value or b"")
    value[-3] ^= 1
    records[victim] = replace(records[victim], value=bytes(value))
    await rewritten(site, records)
    position = int(records[victim].said("ce_position"))
    alone = await verified(site, "kafka")
    assert [(one.kind.value, one.position) for one in alone.findings.rows] == [("hash-wrong", position)]
    beside = await verified(site)
    [finding] = beside.findings.rows
    assert (finding.kind.value, finding.where, finding.position) == ("record-differs", "both", position)
    assert finding.found == "other: value; its own hash is wrong"
    assert (await verified(site, "mongo")).whole


async def test_a_removed_commit_is_found_and_kafka_is_said_to_have_it_still(site: Site):
    commit = await some_commit(site)
    await site.database.commits.delete_one({"_id": commit["_id"]})
    for source in ("mongo", "both"):
        report = await verified(site, source, jobs=2 if source == "both" else 1)
        [finding] = report.findings.rows
        place = (finding.kind.value, finding.stream, finding.version)
        assert place == ("commit-missing", commit["_id"]["stream"], 1)
        assert finding.position > 0
        assert report.only_in_kafka == (len(commit["events"]) if source == "both" else 0)
    assert (await verified(site, "kafka")).whole


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("events.0.sealed", b"somebody else's", "seal-broken"),
        ("events.0.type", "nothing", "commit-unreadable"),
        ("actor", 7, "commit-unreadable"),
        ("pending", True, "commit-pending-again"),
        ("events.0.area", "52", "hash-wrong"),
    ],
)
async def test_a_commit_that_was_changed_in_any_part_is_found(site: Site, field: str, value: Any, kind: str):
    commit = await some_commit(site)
    await site.database.commits.update_one({"_id": commit["_id"]}, {"$set": {field: value}})
    report = await verified(site, "mongo")
    [finding] = report.findings.rows
    assert (finding.kind.value, finding.stream, finding.version) == (kind, commit["_id"]["stream"], 1)


async def test_commits_that_are_removed_where_nobody_has_sent_them_leave_a_gap(site: Site):
    stream = next(iter(site.heads))
    await site.insert([site.commit(stream) for _ in range(3)])
    report = await verified(site)
    assert (report.whole, report.waiting) == (True, 3)
    await site.database.commits.delete_one(
        {"_id.stream": stream, "_id.version": site.heads[stream].version - 1}
    )
    report = await verified(site, "mongo")
    assert kinds(report) == ["stream-gap"]
    assert report.findings.rows[0].stream == stream


async def test_a_commit_that_was_slipped_in_is_in_no_round(site: Site):
    await site.insert([new := site.commit()])
    await site.database.commits.update_one(
        {"_id.stream": new.stream, "_id.version": new.version}, {"$unset": {"pending": ""}}
    )
    report = await verified(site)
    assert [(one.kind.value, one.stream, one.version) for one in report.findings.rows] == [
        ("commit-in-no-round", new.stream, new.version)
    ]


async def test_a_forged_record_at_the_end_is_found_although_its_chain_is_right(site: Site):
    new = site.commit(events=1)  # made as the service makes it, never committed
    records = await records_of(site)
    home = next(r.partition for r in records if (r.key or b"").decode() == new.stream)
    last = [r for r in records if r.partition == home][-1]
    envelope = new.events[0].envelope
    forged = replace(
        last.telling(
            position=str(site.events + 1),
            previousposition=last.said("ce_position"),
            **{
                name: str(getattr(envelope, name))
                for name in (
                    "id",
                    "hash",
                    "previoushash",
                    "time",
                    "subject",
                    "correlationid",
                    "businessdate",
                    "streamversion",
                    "eventindex",
                )
            },
        ),
        key=new.stream.encode(),
        value=envelope.data.encode(),
    )
    await append(site, [forged])
    assert (await verified(site, "kafka")).whole, "nothing in Kafka contradicts it"
    [finding] = (await verified(site)).findings.rows
    assert (finding.kind.value, finding.where) == ("record-inserted", "kafka")
    assert (finding.position, finding.partition, finding.stream) == (site.events + 1, home, new.stream)
    assert finding.offset >= 0


@pytest.mark.parametrize("where", ["between", "end"])
@pytest.mark.parametrize("what", ["garbage", "position-of-another", "far-ahead", "stale"])
async def test_a_record_inserted_into_the_topic_is_found_and_nothing_else_is_blamed(
    site: Site, where: str, what: str
):
    records = await records_of(site)
    partition = max({r.partition for r in records}, key=lambda p: sum(r.partition == p for r in records))
    own = [n for n, r in enumerate(records) if r.partition == partition]
    victim = records[own[len(own) // 2]]
    others = [r.said("ce_position") for r in records if r.partition != partition]
    fields: dict[str, Any] = {
        "position-of-another": {"position": others[len(others) // 2]},
        "far-ahead": {"position": str(10**12), "previousposition": str(10**12 - 1)},
        "stale": {"hash": hashlib.sha256(b"x").hexdigest()},
    }
    forged = replace(victim, headers=[], value=b"{}") if what == "garbage" else victim.telling(**fields[what])
    at = own[len(own) // 2] + 1 if where == "between" else own[-1] + 1
    await rewritten(site, [*records[:at], forged, *records[at:]])
    offset = at - own[0]
    for source in ("kafka", "both"):
        report = await verified(site, source)
        assert not report.whole
        assert {(one.partition, one.offset) for one in report.findings.rows if one.offset >= 0} == {
            (partition, offset)
        }, report.row()
        if where == "between" or source == "both":  # what comes last may also be what is left of a gap
            assert len(report.findings) == 1, report.row()


async def test_a_record_that_is_there_twice_with_the_same_id_and_hash_is_a_repeat_and_no_fault(site: Site):
    records = await records_of(site)
    await append(site, records[-5:])
    for source in ("kafka", "both"):
        report = await verified(site, source)
        assert (report.whole, report.repeats) == (True, 5)
        assert report.events == site.events


async def test_records_that_are_gone_from_kafka_are_missing(site: Site):
    records = await records_of(site)
    gone = records.pop(len(records) // 2)
    last = max(records, key=lambda one: int(one.said("ce_position")))
    records.remove(last)
    await rewritten(site, records)
    lost = {int(gone.said("ce_position")), int(last.said("ce_position"))}
    beside = await verified(site)
    assert {(one.kind.value, one.position) for one in beside.findings.rows} == {
        ("record-missing", n) for n in lost
    }
    alone = await verified(site, "kafka")
    assert "position-gap" in kinds(alone), "the last one nobody can miss, from Kafka alone"


async def test_a_round_that_was_changed_or_removed_is_found(site: Site):
    rounds = [one async for one in site.database.rounds.find().sort("_id", 1)]
    middle = rounds[len(rounds) // 2]
    await site.database.rounds.update_one({"_id": middle["_id"]}, {"$inc": {"count": 1}})
    found = kinds(await verified(site, "mongo"))
    assert {"round-count", "round-gap"} == set(found)
    await site.database.rounds.update_one(
        {"_id": middle["_id"]}, {"$inc": {"count": -1}, "$set": {"at": rounds[0]["at"].replace(year=2000)}}
    )
    assert kinds(await verified(site, "mongo")) == ["round-backwards"]
    await site.database.rounds.delete_one({"_id": middle["_id"]})
    assert "round-gap" in kinds(await verified(site, "mongo"))


async def test_a_service_that_goes_on_writing_is_whole_all_the_while(site: Site):
    async with running(site.relay()), site.writing():
        for source in SOURCES * 3:
            report = await verified(site, source)
            assert report.whole, report.row()
            await asyncio.sleep(0.05)
    assert report.events > 50


async def test_what_cannot_be_read_is_no_verdict(site: Site):
    where = Where("nobody", site.stack.settings.mongo, site.database.name, site.bootstrap)
    with pytest.raises(CouldNotLook, match="0 partitions"):
        await verify(where, "kafka")
    with pytest.raises(CouldNotLook):
        await verify(replace(where, bootstrap=Bootstrap("127.0.0.1:9")), "kafka")
