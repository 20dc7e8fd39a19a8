"""Personal data at rest: AES-GCM under a key per owner, the key wrapped by a master key. No key, no data."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo import ReturnDocument
from pymongo.errors import BulkWriteError

from services.chassis.batching import Batched
from services.chassis.mongo import MAJORITY, Database

KEY = 32
NONCE = 12
TAG = 16
SHORT = 512
"""Bytes below which a part is only framed, not compressed: it would hardly be shorter, and takes a third of a sealing."""
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

    async def get_many(self, owners: Sequence[str]) -> Mapping[str, bytes]:
        """The wrapped keys of those who have one. Read concern majority."""
        ...

    async def add_many(self, wanted: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """`add` for several owners: what is kept now of each."""
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
        return {**await self.get_many(owners)}

    async def get_many(self, owners: Sequence[str]) -> dict[str, bytes]:
        """See `WrappedKeys.get_many`."""
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

    async def add_many(self, wanted: Mapping[str, bytes]) -> dict[str, bytes]:
        """See `WrappedKeys.add_many`."""
        kept = await self._insert(list(wanted.items()))
        return {owner: kept.get(owner) or await self.add(owner, wrapped) for owner, wrapped in wanted.items()}

    async def _add(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], bytes | None]:
        first = dict(reversed(wanted))
        kept = await self._insert(list(first.items()))
        return {(owner, wrapped): kept.get(owner) for owner, wrapped in wanted}

    async def _insert(self, wanted: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
        """What is kept now of each owner. What a majority has acknowledged needs no second look; who had one already is read."""
        documents = [{"_id": owner, "wrapped": wrapped} for owner, wrapped in wanted]
        try:
            await self._keys.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            if details.get("writeConcernErrors") or any(
                one["code"] != 11000 for one in details["writeErrors"]
            ):
                raise
            taken = {wanted[one["index"]][0] for one in details["writeErrors"]}
            there = await self.get_many(list(taken))
            return {owner: wrapped for owner, wrapped in wanted if owner not in taken} | there
        return dict(wanted)

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

    async def get_many(self, owners: Sequence[str]) -> dict[str, bytes]:
        """See `WrappedKeys.get_many`."""
        found = {owner: await self.get(owner) for owner in owners}
        return {owner: wrapped for owner, wrapped in found.items() if wrapped is not None}

    async def add_many(self, wanted: Mapping[str, bytes]) -> dict[str, bytes]:
        """See `WrappedKeys.add_many`."""
        return {owner: await self.add(owner, wrapped) for owner, wrapped in wanted.items()}

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
        cipher = await self._fetch(owner) or await self._make(owner)
        return sealed_with(cipher, owner, personal)

    async def keys(self, owners: Iterable[str], *, new: Collection[str] = ()) -> Mapping[str, AESGCM]:
        """The keys of these owners as they are now, made where there are none: one look for all. To those who are `new`, who
        most likely have none, one is offered before anybody looks."""
        destroyed = self._destroyed
        wrapped = dict(await self._offer(new)) if new else {}
        if rest := [owner for owner in owners if owner not in wrapped]:
            wrapped |= await self._keys.get_many(rest)
            if absent := [owner for owner in rest if owner not in wrapped]:
                wrapped |= await self._offer(absent)
        return {owner: self._remember(owner, one, destroyed) for owner, one in wrapped.items()}

    async def _offer(self, owners: Iterable[str]) -> Mapping[str, bytes]:
        return await self._keys.add_many({owner: self._wrapped(owner) for owner in owners})

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
        return self._remember(owner, await self._keys.add(owner, self._wrapped(owner)), destroyed)

    def _wrapped(self, owner: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._master.encrypt(nonce, AESGCM.generate_key(KEY * 8), owner.encode())

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


def sealed_with(cipher: AESGCM, owner: str, personal: Mapping[str, Any]) -> tuple[bytes, str]:
    """`Sealing.seal` under a key of `Sealing.keys`. Raises ValueError."""
    return _closed(cipher, owner, _text(personal))


_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def _text(personal: Mapping[str, Any]) -> bytes:
    return _encoded(personal).encode()


def _closed(cipher: AESGCM, owner: str, text: bytes) -> tuple[bytes, str]:
    nonce = os.urandom(NONCE)
    sealed = nonce + cipher.encrypt(
        nonce, zlib.compress(text, 0 if len(text) < SHORT else -1), owner.encode()
    )
    return sealed, hashlib.sha256(sealed).hexdigest()


def _opened(cipher: AESGCM, owner: str, sealed: bytes) -> dict[str, Any] | None:
    if len(sealed) < NONCE + TAG:
        return None
    try:
        text = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], owner.encode())
    except InvalidTag:  # sealed before the owner was forgotten and came back
        return None
    found: dict[str, Any] = json.loads(zlib.decompress(text))
    return found
