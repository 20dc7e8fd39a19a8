"""The partition of a stream: murmur2 of the key, as Java's default partitioner and aiokafka's have it."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack_from

from contracts.topics import PARTITIONS

_M = 0x5BD1E995
_WORD = 0xFFFFFFFF


@lru_cache(maxsize=100_000)
def partition_of(stream: str) -> int:
    """0 to 11, for ever the same."""
    return (murmur2(stream.encode()) & 0x7FFFFFFF) % PARTITIONS


def murmur2(data: bytes) -> int:
    """The unsigned 32-bit hash. aiokafka's gives the same, as a spec checks, and takes twice as long."""
    length = len(data)
    words = length >> 2
    h = 0x9747B28C ^ length
    for word in unpack_from(f"<{words}I", data):
        k = (word * _M) & _WORD
        h = ((h * _M) ^ ((k ^ (k >> 24)) * _M)) & _WORD
    if length & 3:
        h = ((h ^ int.from_bytes(data[words << 2 :], "little")) * _M) & _WORD
    h = ((h ^ (h >> 13)) * _M) & _WORD
    return h ^ (h >> 15)
