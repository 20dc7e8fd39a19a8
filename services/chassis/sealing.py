"""Personal data at rest: AES-GCM under a key per owner, the key wrapped by a master key. No key, no data."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError

from services.chassis.batching import Batched
from services.chassis.mongo import MAJORITY, Database

KEY = 32
NONCE = 12
TAG = 16
CACHED = 10_000
CACHE_SECONDS = 60.0
"""How long another process may still read after a key was destroyed here."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """The service's secrets; never logged (no repr). Both are 32 bytes."""

    citizen_hmac: bytes
    master_key: bytes

    @classmethod
    def load(cls, path: Path) -> Secrets:
        """Read `secrets.json`. Raises ValueError with what to do about it."""
        try:
            texts = json.loads(path.read_text("utf-8"))
            found = cls(bytes.fromhex(texts["citizen_hmac"]), bytes.fromhex(texts["master_key"]))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"no secrets in {path}: run `chumchon up`, or set CHUMCHON_SECRETS") from error
        if len(found.citizen_hmac) != KEY or len(found.master_key) != KEY:
            raise ValueError(f"no {KEY}-byte secrets in {path}: run `chumchon up`, or set CHUMCHON_SECRETS")
        return found


class WrappedKeys(Protocol):
    """Where wrapped keys are kept: one per owner, and gone for good when deleted."""

    async def get(self, owner: str) -> bytes | None:
        """The wrapped key, or None. Read concern majority."""
        ...

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """Keep this key unless there is one; the one that is kept now. Durable on return."""
        ...

    async def delete(self, owner: str) -> None:
        """Destroy it. Durable on return; no error where there is none."""
        ...


class MongoWrappedKeys:
    """Wrapped keys in the collection `keys`."""

    def __init__(self, database: Database) -> None:
        self._keys = database.get_collection("keys", read_concern=MAJORITY)
        self._reads: Batched[str, bytes | None] = Batched(self._get, lambda: None)
        self._adds: Batched[tuple[str, bytes], bytes | None] = Batched(self._add, lambda: None)

    async def get(self, owner: str) -> bytes | None:
        """See `WrappedKeys.get`."""
        return await self._reads.get(owner)

    async def _get(self, owners: Sequence[str]) -> dict[str, bytes | None]:
        found = await self._keys.find({"_id": {"$in": list(owners)}}).to_list(None)
        return {document["_id"]: bytes(document["wrapped"]) for document in found}

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """See `WrappedKeys.add`."""
        kept = await self._adds.get((owner, wrapped))
        if kept is None:  # two made it in the same moment, and no majority has the other's yet
            document = await self._keys.find_one_and_update(
                {"_id": owner},
                {"$setOnInsert": {"wrapped": wrapped}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            return bytes(document["wrapped"])
        return kept

    async def _add(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], bytes | None]:
        upserts = [
            UpdateOne({"_id": owner}, {"$setOnInsert": {"wrapped": wrapped}}, upsert=True)
            for owner, wrapped in wanted
        ]
        try:
            await self._keys.bulk_write(upserts, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            if details.get("writeConcernErrors") or any(
                one["code"] != 11000 for one in details["writeErrors"]
            ):
                raise
        kept = await self._get([owner for owner, _ in wanted])
        return {(owner, wrapped): kept.get(owner) for owner, wrapped in wanted}

    async def delete(self, owner: str) -> None:
        """See `WrappedKeys.delete`."""
        await self._keys.delete_one({"_id": owner})


class InMemoryWrappedKeys(dict[str, bytes]):
    """The fake."""

    async def get(self, owner: str) -> bytes | None:  # type: ignore[override]  # the port's, not dict's
        """See `WrappedKeys.get`."""
        return dict.get(self, owner)

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """See `WrappedKeys.add`."""
        return self.setdefault(owner, wrapped)

    async def delete(self, owner: str) -> None:
        """See `WrappedKeys.delete`."""
        self.pop(owner, None)


class Sealing:
    """Encrypts and decrypts the personal part of events."""

    def __init__(self, keys: WrappedKeys, master_key: bytes) -> None:
        self._keys = keys
        self._master = AESGCM(master_key)
        self._cache: OrderedDict[str, tuple[float, AESGCM]] = OrderedDict()
        self._destroyed = 0

    async def seal(self, owner: str, personal: Mapping[str, Any]) -> tuple[bytes, str]:
        """(nonce and ciphertext, its sha256 as hex); makes the owner's key if there is none.

        The key is asked for anew each time: another process may have destroyed the one that we remember, and what is
        sealed with that one nobody could ever read. Raises ValueError for what JSON has not (NaN, a lone surrogate).
        """
        text = json.dumps(
            personal, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()
        cipher = await self._fetch(owner) or await self._make(owner)
        nonce = os.urandom(NONCE)
        sealed = nonce + cipher.encrypt(nonce, zlib.compress(text), owner.encode())
        return sealed, hashlib.sha256(sealed).hexdigest()

    async def unseal(self, owner: str, sealed: bytes) -> dict[str, Any] | None:
        """The personal part; None where the key was destroyed, or is not the one that it was sealed with."""
        until, cipher = self._cache.get(owner, (0.0, None))
        if cipher is not None and time.monotonic() < until:
            found = _opened(cipher, owner, sealed)
            if found is not None:  # else another process may have destroyed this key and made a new one
                return found
        cipher = await self._fetch(owner)
        return None if cipher is None else _opened(cipher, owner, sealed)

    async def holds(self, owner: str) -> bool:
        """Whether the owner has a key."""
        return await self._keys.get(owner) is not None

    async def destroy(self, owner: str) -> None:
        """Destroy the owner's key; what was sealed with it is unreadable from now on."""
        try:
            await self._keys.delete(owner)
        finally:
            self._destroyed += 1
            self._cache.pop(owner, None)

    async def _make(self, owner: str) -> AESGCM:
        destroyed = self._destroyed
        nonce = os.urandom(NONCE)
        key = AESGCM.generate_key(KEY * 8)
        wrapped = await self._keys.add(owner, nonce + self._master.encrypt(nonce, key, owner.encode()))
        return self._remember(owner, wrapped, destroyed)

    async def _fetch(self, owner: str) -> AESGCM | None:
        destroyed = self._destroyed
        wrapped = await self._keys.get(owner)
        if wrapped is None:
            self._cache.pop(owner, None)
            return None
        return self._remember(owner, wrapped, destroyed)

    def _remember(self, owner: str, wrapped: bytes, destroyed: int) -> AESGCM:
        cipher = AESGCM(self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], owner.encode()))
        if destroyed != self._destroyed:  # a key was destroyed meanwhile, perhaps this one
            return cipher
        self._cache[owner] = (time.monotonic() + CACHE_SECONDS, cipher)
        self._cache.move_to_end(owner)
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return cipher


def _opened(cipher: AESGCM, owner: str, sealed: bytes) -> dict[str, Any] | None:
    if len(sealed) < NONCE + TAG:
        return None
    try:
        text = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], owner.encode())
    except InvalidTag:  # sealed before the owner was forgotten and came back
        return None
    found: dict[str, Any] = json.loads(zlib.decompress(text))
    return found
