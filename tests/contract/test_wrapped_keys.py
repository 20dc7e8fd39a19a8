"""What every place for wrapped keys promises; run on the fake and on a real MongoDB."""

from __future__ import annotations

import asyncio

from services.chassis.sealing import Sealing, sealed_with
from tests.notebook import MASTER_KEY, OTHER_OWNER, OWNER

WRAPPED = bytes(range(60))


async def test_an_owner_without_a_key_has_none(keys):
    assert await keys.get(OWNER) is None


async def test_an_added_key_is_there_byte_for_byte_and_is_its_owners_alone(keys):
    assert await keys.add(OWNER, WRAPPED) == WRAPPED
    assert await keys.get(OWNER) == WRAPPED
    assert type(await keys.get(OWNER)) is bytes
    assert await keys.get(OTHER_OWNER) is None


async def test_the_first_key_stays_and_who_comes_second_is_given_the_first(keys):
    await keys.add(OWNER, WRAPPED)
    assert await keys.add(OWNER, b"second") == WRAPPED
    assert await keys.get(OWNER) == WRAPPED


async def test_50_who_add_at_once_agree_on_one(keys):
    kept = await asyncio.gather(*(keys.add(OWNER, b"%d" % n) for n in range(50)))
    assert len(set(kept)) == 1
    assert await keys.get(OWNER) == kept[0]


async def test_a_deleted_key_is_gone_and_the_others_are_not(keys):
    await keys.add(OWNER, WRAPPED)
    await keys.add(OTHER_OWNER, b"other")
    await keys.delete(OWNER)
    assert await keys.get(OWNER) is None
    assert await keys.get(OTHER_OWNER) == b"other"


async def test_deleting_what_is_not_there_is_no_error(keys):
    await keys.delete(OWNER)
    await keys.add(OWNER, WRAPPED)
    await keys.delete(OWNER)
    await keys.delete(OWNER)
    assert await keys.get(OWNER) is None


async def test_after_a_key_was_deleted_a_new_one_may_be_added(keys):
    await keys.add(OWNER, WRAPPED)
    await keys.delete(OWNER)
    assert await keys.add(OWNER, b"new") == b"new"
    assert await keys.get(OWNER) == b"new"


async def test_adding_and_deleting_at_once_ends_with_the_key_that_the_last_adder_was_given_or_none(keys):
    async def come_and_go(n: int) -> bytes:
        kept = await keys.add(OWNER, b"%d" % n)
        if n % 3 == 0:
            await keys.delete(OWNER)
        return bytes(kept)

    kept = await asyncio.gather(*(come_and_go(n) for n in range(60)))
    assert await keys.get(OWNER) in {None, *kept}


async def test_what_is_sealed_is_read_and_forgotten_through_it(keys):
    here, there = Sealing(keys, MASTER_KEY), Sealing(keys, MASTER_KEY)
    sealed, _ = await here.seal(OWNER, {"name": "สมชาย"})
    assert await there.unseal(OWNER, sealed) == {"name": "สมชาย"}
    await here.destroy(OWNER)
    assert await here.unseal(OWNER, sealed) is None
    assert await Sealing(keys, MASTER_KEY).unseal(OWNER, sealed) is None


async def test_keys_of_many_are_looked_for_and_offered_at_once_and_the_first_stays(keys):
    assert await keys.get_many([OWNER, OTHER_OWNER]) == {}
    await keys.add(OWNER, WRAPPED)
    offered = {OWNER: b"second", OTHER_OWNER: b"other"}
    kept = await keys.add_many(offered)
    assert kept == {OWNER: WRAPPED, OTHER_OWNER: b"other"}
    assert await keys.get_many([OWNER, OTHER_OWNER, "person:nobody"]) == kept


async def test_30_who_offer_keys_to_the_same_owners_at_once_agree(keys):
    owners = [f"person:{n}" for n in range(20)]
    kept = await asyncio.gather(
        *(keys.add_many(dict.fromkeys(owners[n % 5 :], b"%d" % n)) for n in range(30))
    )
    there = await keys.get_many(owners)
    assert all(one[owner] == there[owner] for one in kept for owner in one)


async def test_what_is_sealed_under_keys_of_many_is_read_by_another_process(keys):
    here, there = Sealing(keys, MASTER_KEY), Sealing(keys, MASTER_KEY)
    await here.seal(OWNER, {"name": "ก"})
    made = await here.keys([OWNER, OTHER_OWNER], new=[OTHER_OWNER])
    for owner in (OWNER, OTHER_OWNER):
        sealed, _ = sealed_with(made[owner], owner, {"name": "สมชาย", "long": "ก" * 2_000})
        assert await there.unseal(owner, sealed) == {"name": "สมชาย", "long": "ก" * 2_000}
