"""A replica set seen from its primary: a majority has what it has for good; the rest may be rolled back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import decode, encode
from bson.codec_options import CodecOptions
from pymongo.errors import DuplicateKeyError, NotPrimaryError, OperationFailure, WriteConcernError

from tests.mongo_in_memory.language import Document, index_keys

AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
BEGINNING = datetime(2022, 1, 1, tzinfo=UTC)
TRANSACTION_SECONDS = 60.0
UNSURE_SECONDS = 0.05
UNHEARD = 3
"""Writes that a majority has and a new primary does not know of."""
Key = tuple[str, bytes]
"""Collection and encoded `_id`."""
Documents = dict[Key, Document]
"""Documents are never changed, only replaced."""


@dataclass
class Open:
    """An open transaction: what it saw when it began, and what it wants to write (None: delete)."""

    seen: Documents
    revisions: dict[Key, int]
    wants: dict[Key, Document | None] = field(default_factory=dict)
    ends: float = 0.0


class Server:
    """`primary` is what the primary holds, `majority` what survives a fail-over, `known` what the primary knows of that.

    `lagging`: no majority hears anything. A primary that was just elected knows less than a majority has, until it has
    written something itself, or for `UNSURE_SECONDS`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.primary: Documents = {}
        self.majority: Documents = {}
        self._newest: deque[tuple[Key, Document | None]] = deque(maxlen=UNHEARD)
        """Of the last writes that a majority has: what was there before."""
        self._old: Documents | None = None
        self._sure_at = 0.0
        self.unique: dict[str, set[str]] = {}
        self.open: dict[bytes, Open] = {}
        self.lagging = False
        self._revisions: dict[Key, int] = {}
        self._writes = 0
        self._caught_up = asyncio.Event()
        self._caught_up.set()
        self._politely = False
        self.term = 1
        self.inserted = asyncio.Event()

    @property
    def now(self) -> datetime:
        """MongoDB's clock."""
        moment = BEGINNING + timedelta(seconds=self._clock())
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @property
    def known(self) -> Documents:
        """What majority reads see."""
        if self._old is not None and self._clock() >= self._sure_at:
            self._old = None
        return self.majority if self._old is None else self._old

    def lag(self) -> None:
        """The other nodes hear nothing from now on; writes wait for their majority."""
        self.lagging = True
        self._caught_up.clear()

    def catch_up(self) -> None:
        """The other nodes have heard everything."""
        self.majority = dict(self.primary)
        self._newest.clear()
        self._old = None
        self.lagging = False
        self._caught_up.set()

    def fail_over(self, *, politely: bool = False) -> None:
        """Another node becomes primary: what no majority had is gone, and so are open transactions. Who waits for his
        majority hears of a lost primary, or `politely` of a write concern that could not be met."""
        self._politely = politely
        self.primary = dict(self.majority)
        self._old, self._sure_at = dict(self.majority), self._clock() + UNSURE_SECONDS
        for key, before in reversed(self._newest):
            _set(self._old, key, before)
        self.open.clear()
        self.term += 1
        self.lagging = False
        self._revisions = dict.fromkeys(self.primary.keys() | self._revisions.keys(), self._writes)
        self._caught_up.set()

    async def until_majority(self) -> None:
        """Wait until a majority has what was written until now. Raises NotPrimaryError or WriteConcernError after a
        fail-over: what was written is gone."""
        term = self.term
        await self._caught_up.wait()
        if self.term == term:
            return
        if self._politely:
            raise WriteConcernError("the primary stepped down", 189)
        raise NotPrimaryError("interrupted by a fail-over", {"code": 11602, "ok": 0})

    def write(self, key: Key, document: Document | None) -> None:
        """Outside a transaction. Raises DuplicateKeyError."""
        self._demand_unique(self.primary, key, document)
        self._put(key, document)

    async def until_free(self, keys: Iterable[Key]) -> None:
        """A write outside a transaction waits for transactions that hold its documents."""
        wanted = set(keys)
        while any(wanted & one.wants.keys() for one in self._still_open()):
            await asyncio.sleep(0.01)

    def begin(self, session: bytes) -> None:
        """Open a transaction; one that this session had left open ends."""
        self.open[session] = Open(
            dict(self.primary), dict(self._revisions), ends=self._clock() + TRANSACTION_SECONDS
        )

    def write_in(self, session: bytes, key: Key, document: Document | None) -> None:
        """Inside a transaction. Raises write conflicts and DuplicateKeyError, after which it is no longer open."""
        mine = self.transaction(session)
        others = [one for one in self._still_open() if one is not mine]
        if any(key in one.wants for one in others) or self._revisions.get(key) != mine.revisions.get(key):
            del self.open[session]
            raise _transient(112, "WriteConflict")
        try:
            self._demand_unique(self.view(session), key, document)
        except DuplicateKeyError:
            del self.open[session]
            raise
        mine.wants[key] = document

    def view(self, session: bytes) -> Documents:
        """What a transaction sees."""
        mine = self.transaction(session)
        seen: dict[Key, Document | None] = {**mine.seen, **mine.wants}
        return {key: document for key, document in seen.items() if document is not None}

    def transaction(self, session: bytes) -> Open:
        """Raises NoSuchTransaction where it was ended from outside."""
        self._still_open()
        if session not in self.open:
            raise _transient(251, "NoSuchTransaction")
        return self.open[session]

    def commit(self, session: bytes) -> None:
        """What it wanted is written."""
        for key, document in self.transaction(session).wants.items():
            self._put(key, document)
        del self.open[session]

    def _still_open(self) -> list[Open]:
        for session, one in list(self.open.items()):
            if one.ends <= self._clock():
                del self.open[session]
        return list(self.open.values())

    def _put(self, key: Key, document: Document | None) -> None:
        self._writes += 1
        self._revisions[key] = self._writes
        _set(self.primary, key, document)
        if not self.lagging:
            self._newest.append((key, self.majority.get(key)))
            _set(self.majority, key, document)
            self._old = None
        self.inserted.set()
        self.inserted = asyncio.Event()

    def _demand_unique(self, seen: Mapping[Key, Document], key: Key, document: Document | None) -> None:
        if document is None:
            return
        for path in self.unique.get(key[0], ()):
            mine = [stored({"": one}) for one in index_keys(document, path)]
            for other, there in seen.items():
                taken = other[0] == key[0] and other != key
                if taken and any(stored({"": one}) in mine for one in index_keys(there, path)):
                    raise duplicate({path: 1})


def _set(state: Documents, key: Key, document: Document | None) -> None:
    if document is None:
        state.pop(key, None)
    else:
        state[key] = document


def stored(document: Mapping[str, Any]) -> bytes:
    """As BSON; raises what the driver raises for what BSON cannot hold."""
    raw: bytes = encode(document)
    return raw


def copied(document: Document) -> Document:
    """A document as it comes out of MongoDB: times in milliseconds, and nobody else's object."""
    return decode(stored(document), AWARE)


def duplicate(pattern: Mapping[str, int]) -> DuplicateKeyError:
    """As the driver raises it for a single write."""
    return DuplicateKeyError("E11000", 11000, {"code": 11000, "keyPattern": dict(pattern)})


def _transient(code: int, name: str) -> OperationFailure:
    return OperationFailure(
        name, code, {"code": code, "codeName": name, "errorLabels": ["TransientTransactionError"]}
    )
