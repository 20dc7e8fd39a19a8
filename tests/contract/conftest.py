"""What the contract suites run against: the fakes, and the same on a real MongoDB."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.commit_store import InMemoryCommitStore, MongoCommitStore
from services.chassis.wrapped_keys import InMemoryWrappedKeys, MongoWrappedKeys, WrappedKeys

REAL = pytest.param("mongo", marks=pytest.mark.system)

AnyStore = InMemoryCommitStore | MongoCommitStore


@pytest.fixture(params=["memory", REAL])
async def store(request: pytest.FixtureRequest, database_if_real: Any) -> AnyStore:
    """An empty commit store, ready for appends."""
    made = InMemoryCommitStore() if database_if_real is None else MongoCommitStore(database_if_real)
    await made.prepare()
    return made


@pytest.fixture(params=["memory", REAL])
def keys(request: pytest.FixtureRequest, database_if_real: Any) -> WrappedKeys:
    """An empty place for wrapped keys."""
    return InMemoryWrappedKeys() if database_if_real is None else MongoWrappedKeys(database_if_real)


@pytest.fixture
def database_if_real(request: pytest.FixtureRequest) -> Any:
    """A fresh database for the real one; the fakes start no MongoDB."""
    callspec = request.node.callspec.params
    return request.getfixturevalue("fresh_database") if "mongo" in callspec.values() else None
