"""The MongoDB driver: the only file that imports motor. Everyone else takes a `Database` from here."""

from __future__ import annotations

from datetime import UTC
from typing import Any, TypeAlias

from bson.codec_options import CodecOptions
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

__all__ = [
    "MAJORITY",
    "SNAPSHOT",
    "Client",
    "Collection",
    "Database",
    "Document",
    "Session",
    "connect",
    "database",
]

Document = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Database: TypeAlias = "AsyncIOMotorDatabase[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Session: TypeAlias = AsyncIOMotorClientSession

MAJORITY = ReadConcern("majority")
"""May miss for a moment what was acknowledged: a primary just elected does not yet know all that a majority has."""
SNAPSHOT = ReadConcern("snapshot")

SILENCE_MS = 30_000
"""Longer than anything that we ask takes, and shorter than people wait."""


def connect(uri: str, *, timeout_ms: int = 5_000) -> Client:
    """A client that writes journaled with majority and reads with majority from the primary; connects lazily.

    `timeout_ms` bounds server selection and connecting; an operation that is silent for `SILENCE_MS` has failed.
    """
    return AsyncIOMotorClient(
        uri,
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
        socketTimeoutMS=SILENCE_MS,
        retryWrites=True,
        retryReads=True,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        tz_aware=True,
        maxPoolSize=64,
        uuidRepresentation="standard",
    )


def database(client: Client, name: str) -> Database:
    """The database of this name, with the concerns of `connect` said once more (a URI could have changed them)."""
    return client.get_database(
        name,
        codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
        read_preference=ReadPreference.PRIMARY,
        write_concern=WriteConcern(w="majority", j=True),
        read_concern=MAJORITY,
    )
