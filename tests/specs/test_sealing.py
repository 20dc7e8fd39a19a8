"""Personal data under a key per owner: readable while the key is there, gone with it, and never anybody else's."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections import OrderedDict
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.sealing import CACHED, LONG, NONCE, SHORT, Sealing, Secrets, _framed
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.notebook import MASTER_KEY, OTHER_OWNER, OWNER

PERSONAL = {"name": "สมชาย ใจดี", "born": "2500-01-01", "rows": [1, None, {"ก": True}]}


class SlowKeys(InMemoryWrappedKeys):
    """Keys whose reader can be held back between the read and its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.gets = 0

    async def get(self, owner: str) -> bytes | None:  # type: ignore[override]  # the port's, not dict's
        """The key as it was when it was asked for."""
        self.gets += 1
        found = await super().get(owner)
        await self.gate.wait()
        return found

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """Slow, so that others come between."""
        await asyncio.sleep(0)
        return await super().add(owner, wrapped)


@pytest.fixture
def keys() -> SlowKeys:
    """One place for keys, shared by the processes of a test."""
    return SlowKeys()


def process(keys: InMemoryWrappedKeys) -> Sealing:
    """A process with a cache of its own."""
    return Sealing(keys, MASTER_KEY)


def a_minute_passes(sealing: Sealing) -> None:
    """Every key that it remembers is too old."""
    sealing._cache = OrderedDict((owner, (0.0, cipher)) for owner, (_, cipher) in sealing._cache.items())


async def test_what_was_sealed_is_read_back_here_and_by_another_process(keys):
    sealed, digest = await process(keys).seal(OWNER, PERSONAL)
    assert digest == hashlib.sha256(sealed).hexdigest()
    assert await process(keys).unseal(OWNER, sealed) == PERSONAL


async def test_neither_the_sealed_part_nor_the_kept_key_shows_anything(keys):
    sealed, _ = await process(keys).seal(OWNER, PERSONAL)
    for text in ("สมชาย", "name", "born", "2500"):
        assert text.encode() not in sealed
    assert len(keys[OWNER]) == NONCE + 32 + 16


async def test_the_same_data_sealed_twice_is_two_ciphertexts(keys):
    sealing = process(keys)
    assert (await sealing.seal(OWNER, PERSONAL))[0] != (await sealing.seal(OWNER, PERSONAL))[0]


async def test_destroyed_is_unreadable_at_once_and_others_are_unaffected(keys):
    sealing = process(keys)
    mine, _ = await sealing.seal(OWNER, PERSONAL)
    others, _ = await sealing.seal(OTHER_OWNER, PERSONAL)
    await sealing.destroy(OWNER)
    assert OWNER not in keys
    assert await sealing.unseal(OWNER, mine) is None
    assert await process(keys).unseal(OWNER, mine) is None
    assert await sealing.unseal(OTHER_OWNER, others) == PERSONAL
    await sealing.destroy(OWNER)  # again: no error


async def test_another_process_cannot_read_it_a_minute_later(keys):
    here, there = process(keys), process(keys)
    sealed, _ = await here.seal(OWNER, PERSONAL)
    await there.unseal(OWNER, sealed)
    await here.destroy(OWNER)
    a_minute_passes(there)
    assert await there.unseal(OWNER, sealed) is None


async def test_who_comes_back_has_a_new_key_and_the_old_data_stay_unreadable(keys):
    sealing = process(keys)
    old, _ = await sealing.seal(OWNER, PERSONAL)
    await sealing.destroy(OWNER)
    new, _ = await sealing.seal(OWNER, {"name": "คนใหม่"})
    assert await sealing.unseal(OWNER, old) is None
    assert await sealing.unseal(OWNER, new) == {"name": "คนใหม่"}


async def test_a_process_that_remembers_the_destroyed_key_seals_with_the_new_one(keys):
    here, there = process(keys), process(keys)
    await there.seal(OWNER, PERSONAL)  # remembers the first key
    await here.destroy(OWNER)
    await here.seal(OWNER, {"name": "คนใหม่"})
    sealed, _ = await there.seal(OWNER, {"name": "แก้ไขแล้ว"})
    assert await process(keys).unseal(OWNER, sealed) == {"name": "แก้ไขแล้ว"}, "lost for ever otherwise"


async def test_a_process_that_remembers_the_destroyed_key_reads_what_the_new_one_sealed(keys):
    here, there = process(keys), process(keys)
    await there.seal(OWNER, PERSONAL)
    await here.destroy(OWNER)
    sealed, _ = await here.seal(OWNER, {"name": "คนใหม่"})
    assert await there.unseal(OWNER, sealed) == {"name": "คนใหม่"}


async def test_a_read_under_way_while_the_key_is_destroyed_does_not_bring_it_back(keys):
    sealed, _ = await process(keys).seal(OWNER, PERSONAL)
    sealing = process(keys)
    keys.gate.clear()
    reading = asyncio.create_task(sealing.unseal(OWNER, sealed))
    await asyncio.sleep(0)
    await sealing.destroy(OWNER)
    keys.gate.set()
    await reading
    assert await sealing.unseal(OWNER, sealed) is None


async def test_50_first_sealings_at_once_in_two_processes_agree_on_one_key(keys):
    here, there = process(keys), process(keys)
    made = await asyncio.gather(*((here, there)[n % 2].seal(OWNER, {"n": n}) for n in range(50)))
    fresh = process(keys)
    assert [await fresh.unseal(OWNER, sealed) for sealed, _ in made] == [{"n": n} for n in range(50)]


async def test_reading_again_and_again_asks_for_the_key_once(keys):
    sealed, _ = await process(keys).seal(OWNER, PERSONAL)
    sealing, keys.gets = process(keys), 0
    for _ in range(10):
        await sealing.unseal(OWNER, sealed)
    assert keys.gets == 1


async def test_a_part_moved_to_another_owner_does_not_open_with_any_key(keys):
    sealing = process(keys)
    sealed, _ = await sealing.seal(OWNER, PERSONAL)
    await sealing.seal(OTHER_OWNER, PERSONAL)
    assert await sealing.unseal(OTHER_OWNER, sealed) is None
    keys[OTHER_OWNER] = keys[OWNER]  # the key itself moved: it is bound to its owner
    with pytest.raises(InvalidTag):
        await process(keys).unseal(OTHER_OWNER, sealed)


@pytest.mark.parametrize("damage", [b"", b"short", bytes(NONCE), bytes(NONCE + 16), bytes(200)])
async def test_damaged_bytes_are_unreadable_not_a_crash(keys, damage):
    sealing = process(keys)
    await sealing.seal(OWNER, PERSONAL)
    assert await sealing.unseal(OWNER, damage) is None


async def test_a_flipped_bit_anywhere_is_noticed(keys):
    sealing = process(keys)
    sealed, _ = await sealing.seal(OWNER, {"n": 1})
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert await sealing.unseal(OWNER, bytes(changed)) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"deep": [float("-inf")]}, "\ud800"])
async def test_what_json_has_not_is_refused(keys, value: Any):
    with pytest.raises(ValueError):  # noqa: PT011 - UnicodeEncodeError and json's own are both one
        await process(keys).seal(OWNER, {"value": value})


@pytest.mark.parametrize("size", [0, 1, SHORT - 40, SHORT, LONG, 40 * LONG])
async def test_a_part_of_any_size_is_read_back(keys, size: int):
    sealed, digest = await process(keys).seal(OWNER, {"text": "x" * size})
    assert await process(keys).unseal(OWNER, sealed) == {"text": "x" * size}
    assert digest == hashlib.sha256(sealed).hexdigest()


@given(st.binary(max_size=SHORT))
def test_a_short_part_is_framed_as_zlib_itself_would(text: bytes):
    assert zlib.decompress(_framed(text)) == text


async def test_thousands_of_owners_do_not_fill_the_memory(keys):
    sealing = process(keys)
    for n in range(CACHED + 1_000):
        sealing._remember(f"person:{n}", bytes(32), 0)
    assert len(sealing._cache) <= CACHED


def test_secrets_do_not_show_in_a_traceback_or_a_log():
    assert "ab" * 8 not in repr(Secrets(bytes.fromhex("ab" * 32), bytes.fromhex("ab" * 32)))
    assert "xab" not in repr(Secrets(b"\xab" * 32, b"\xab" * 32))


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"citizen_hmac": "zz", "master_key": "00"}', "null"])
def test_secrets_that_cannot_be_read_say_what_to_do(tmp_path, text: str | None):
    path = tmp_path / "secrets.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match="chumchon up"):
        Secrets.load(path)


def test_secrets_of_the_wrong_length_are_refused(tmp_path):
    path = tmp_path / "secrets.json"
    path.write_text('{"citizen_hmac": "00", "master_key": "00"}', "utf-8")
    with pytest.raises(ValueError, match="chumchon up"):
        Secrets.load(path)
