"""Commits for the contract suites: made as the product makes them, and read back raw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.envelope import GENESIS
from contracts.ids import derived
from services.chassis.commit_store import InMemoryCommitStore, MongoCommitStore
from services.chassis.commits import Commit, commit_of
from tests.notebook import NOW, marked

MILLISECONDS = NOW.replace(microsecond=123_000)


def commit(
    stream: str = "notebook:1",
    version: int = 1,
    key: str | int | None = None,
    *,
    text: str = "ก",
    events: int = 1,
    sealed: bytes | None = None,
    at: datetime = MILLISECONDS,
    previous: str = GENESIS,
) -> Commit:
    """One commit; its command id comes from `key`, else from stream and version."""
    return commit_of(
        stream=stream,
        version=version,
        previoushash=previous,
        events=[(marked(text), sealed, GENESIS, "person:1" if sealed else "") for _ in range(events)],
        command_id=derived(stream, version) if key is None else derived("key", key),
        fingerprint="f" * 64,
        actor="officer-1",
        recorded_at=at,
        correlation_id="correlation",
        causation_id="causation",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


async def raw(store: InMemoryCommitStore | MongoCommitStore, stream: str) -> list[dict[str, Any]]:
    """The documents of a stream in order, as they are stored."""
    if isinstance(store, InMemoryCommitStore):
        return [store.documents[key] for key in sorted(store.documents) if key[0] == stream]
    return await store._commits.find({"_id.stream": stream}).sort("_id.version", 1).to_list(None)
