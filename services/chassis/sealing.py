"""Personal data at rest: AES-GCM under a key per owner, the key wrapped by a master key. No key, no data."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pymongo.errors import DuplicateKeyError

from services.chassis.mongo import MAJORITY, Database

NONCE = 12
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
            return cls(bytes.fromhex(texts["citizen_hmac"]), bytes.fromhex(texts["master_key"]))
        except (OSError, KeyError, ValueError) as error:
            raise ValueError(f"no secrets in {path}: run `chumchon up`, or set CHUMCHON_SECRETS") from error


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

    async def get(self, owner: str) -> bytes | None:
        """See `WrappedKeys.get`."""
        document = await self._keys.find_one({"_id": owner})
        return None if document is None else bytes(document["wrapped"])

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """See `WrappedKeys.add`."""
        try:
            await self._keys.insert_one({"_id": owner, "wrapped": wrapped})
        except DuplicateKeyError:
            document = await self._keys.find_one({"_id": owner})
            if (
                document is None
            ):  # taken by a write that is not majority-committed yet: the caller tries again
                raise
            return bytes(document["wrapped"])
        return wrapped

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
        self._cache: dict[str, tuple[float, AESGCM]] = {}

    async def seal(self, owner: str, personal: Mapping[str, Any]) -> tuple[bytes, str]:
        """(nonce and ciphertext, its sha256 as hex); makes the owner's key if there is none."""
        cipher = await self._cipher(owner) or await self._make(owner)
        text = json.dumps(personal, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        nonce = os.urandom(NONCE)
        sealed = nonce + cipher.encrypt(nonce, text.encode(), owner.encode())
        return sealed, hashlib.sha256(sealed).hexdigest()

    async def unseal(self, owner: str, sealed: bytes) -> dict[str, Any] | None:
        """The personal part; None where the key was destroyed, or is not the one that it was sealed with."""
        cipher = await self._cipher(owner)
        if cipher is None:
            return None
        try:
            text = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], owner.encode())
        except InvalidTag:  # sealed before the owner was forgotten and came back
            return None
        found: dict[str, Any] = json.loads(text)
        return found

    async def destroy(self, owner: str) -> None:
        """Destroy the owner's key; what was sealed with it is unreadable from now on."""
        await self._keys.delete(owner)
        self._cache.pop(owner, None)

    async def _make(self, owner: str) -> AESGCM:
        nonce = os.urandom(NONCE)
        key = AESGCM.generate_key(256)
        wrapped = await self._keys.add(owner, nonce + self._master.encrypt(nonce, key, owner.encode()))
        return self._remember(owner, wrapped)

    async def _cipher(self, owner: str) -> AESGCM | None:
        until, cipher = self._cache.get(owner, (0.0, None))
        if cipher is not None and time.monotonic() < until:
            return cipher
        wrapped = await self._keys.get(owner)
        if wrapped is None:
            self._cache.pop(owner, None)
            return None
        return self._remember(owner, wrapped)

    def _remember(self, owner: str, wrapped: bytes) -> AESGCM:
        cipher = AESGCM(self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], owner.encode()))
        now = time.monotonic()
        if len(self._cache) > 1_000:
            self._cache = {name: kept for name, kept in self._cache.items() if kept[0] > now}
            if len(self._cache) > 10_000:
                self._cache.clear()
        self._cache[owner] = (now + CACHE_SECONDS, cipher)
        return cipher
