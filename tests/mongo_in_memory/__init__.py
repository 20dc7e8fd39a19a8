"""MongoDB as far as the chassis uses it, in memory: what a majority has, what only the primary has, and transactions.

An operator that is not here is an error, never a silent match. `tests/contract/test_mongo_in_memory.py` binds it to a
real MongoDB.
"""

from __future__ import annotations

from tests.mongo_in_memory.driver import MemoryDatabase, connect
from tests.mongo_in_memory.server import Server

__all__ = ["MemoryDatabase", "Server", "connect"]
