"""Personal data at rest: AES-GCM under a key per owner, the key wrapped by a master key. No key, no data."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
import zlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.chassis.wrapped_keys import WrappedKeys

KEY = 32
NONCE = 12
TAG = 16
SHORT = 512
"""Bytes below which a part is only framed, not compressed: it would hardly be shorter, and takes a third of a sealing."""
LONG = 8 * 1024
"""Bytes from which on a part is sealed or opened in a thread: the rows of a file take milliseconds."""
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
        text = _text(personal)
        if len(text) < LONG:
            return _closed(cipher, owner, text)
        return await asyncio.to_thread(_closed, cipher, owner, text)

    async def keys(self, owners: Iterable[str], *, new: Collection[str] = ()) -> Mapping[str, AESGCM]:
        """The keys of these owners as they are now, made where there are none: one look for all. To those who are `new`, who
        most likely have none, one is offered before anybody looks."""
        destroyed = self._destroyed
        found = await self._offer(new, destroyed) if new else {}
        if rest := [owner for owner in owners if owner not in found]:
            there = await self._keys.get_many(rest)
            found |= {
                owner: self._remember(owner, self._key(owner, one), destroyed) for owner, one in there.items()
            }
            if absent := [owner for owner in rest if owner not in there]:
                found |= await self._offer(absent, destroyed)
        return found

    async def _offer(self, owners: Iterable[str], destroyed: int) -> dict[str, AESGCM]:
        made = {owner: AESGCM.generate_key(KEY * 8) for owner in owners}
        offered = {owner: self._wrapped(owner, key) for owner, key in made.items()}
        kept = await self._keys.add_many(offered)
        return {
            owner: self._remember(
                owner, made[owner] if wrapped == offered[owner] else self._key(owner, wrapped), destroyed
            )
            for owner, wrapped in kept.items()
        }

    async def unseal(self, owner: str, sealed: bytes) -> dict[str, Any] | None:
        """The personal part; None where the key was destroyed, or is not the one that it was sealed with."""
        until, cipher = self._cache.get(owner, (0.0, None))
        if cipher is not None and time.monotonic() < until:
            found = await _read(cipher, owner, sealed)
            if found is not None:  # else another process may have destroyed this key and made a new one
                return found
        cipher = await self._fetch(owner)
        return None if cipher is None else await _read(cipher, owner, sealed)

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
        kept = await self._keys.add(owner, self._wrapped(owner, AESGCM.generate_key(KEY * 8)))
        return self._remember(owner, self._key(owner, kept), destroyed)

    def _wrapped(self, owner: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._master.encrypt(nonce, key, owner.encode())

    def _key(self, owner: str, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:NONCE], wrapped[NONCE:], owner.encode())

    async def _fetch(self, owner: str) -> AESGCM | None:
        destroyed = self._destroyed
        wrapped = await self._keys.get(owner)
        if wrapped is None:
            self._cache.pop(owner, None)
            return None
        return self._remember(owner, self._key(owner, wrapped), destroyed)

    def _remember(self, owner: str, key: bytes, destroyed: int) -> AESGCM:
        cipher = AESGCM(key)
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
        nonce, _framed(text) if len(text) < SHORT else zlib.compress(text), owner.encode()
    )
    return sealed, hashlib.sha256(sealed).hexdigest()


def _framed(text: bytes) -> bytes:
    """`zlib.compress(text, 0)` of a short text: one stored block (RFC 1950, 1951), without a compressor made and thrown away."""
    size = len(text)
    return b"".join(
        (
            b"\x78\x01\x01",
            size.to_bytes(2, "little"),
            (size ^ 0xFFFF).to_bytes(2, "little"),
            text,
            zlib.adler32(text).to_bytes(4, "big"),
        )
    )


async def _read(cipher: AESGCM, owner: str, sealed: bytes) -> dict[str, Any] | None:
    if len(sealed) < LONG:
        return _opened(cipher, owner, sealed)
    return await asyncio.to_thread(_opened, cipher, owner, sealed)


def _opened(cipher: AESGCM, owner: str, sealed: bytes) -> dict[str, Any] | None:
    if len(sealed) < NONCE + TAG:
        return None
    try:
        text = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], owner.encode())
    except InvalidTag:  # sealed before the owner was forgotten and came back
        return None
    found: dict[str, Any] = json.loads(zlib.decompress(text))
    return found
