"""A projection: a pure function from an event to changes of read models. And a reaction: from an event to commands."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from contracts.envelope import Envelope
from contracts.event import Event
from contracts.topics import topic_of
from services.chassis.decider import Aggregate, Command

# Records and changes are made for each event: a named tuple takes a third of a frozen dataclass's time.


class Record(NamedTuple):
    """One event as a reader has it: the envelope, its parsed data, and where on the bus it stood."""

    envelope: Envelope
    event: Event
    topic: str
    partition: int

    @property
    def source(self) -> str:
        """`<topic>/<partition>`: a document is written from one source only, so this is part of its key."""
        return f"{self.topic}/{self.partition}"


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Change(NamedTuple):
    """A change of one document: `key` finds or makes it, `inc` adds integers, `set` writes fields (last one wins).

    `delete` removes it (then `inc` and `set` are empty). Make them with `shard`, `facet` and `gone`: these put the
    source into the key.
    """

    collection: str
    key: Mapping[str, str | int]
    inc: Mapping[str, int] = _NOTHING
    set: Mapping[str, Any] = _NOTHING
    delete: bool = False


def shard(record: Record, measure: str, area: str, on: date, n: int = 1, **dimensions: str) -> Change:
    """Add `n` to a counter of `measure` in `area` on business date `on`; the query sums over dates and sources."""
    key = {"measure": measure, "area": area, "date": _iso(on), "source": record.source, **dimensions}
    return Change("shards", key, {"n": n})


_iso = lru_cache(4_096)(date.isoformat)


def facet(record: Record, kind: str, subject: str, **fields: Any) -> Change:
    """Set fields of what this event's stream knows of `subject`; facets of a subject are joined at query time."""
    key = {"kind": kind, "subject": subject, "source": record.source, "stream": record.envelope.subject}
    return Change("facets", key, set=fields)


def gone(record: Record, kind: str, subject: str) -> Change:
    """Remove what this event's stream said of `subject`."""
    key = {"kind": kind, "subject": subject, "source": record.source, "stream": record.envelope.subject}
    return Change("facets", key, delete=True)


Handler = Callable[[Any, Record], Iterable[Change]]
"""`handler(event, record) -> changes`; the event is `record.event`, typed."""


@dataclass(frozen=True)
class Projection:
    """A named read model: event class → handler. Its version is a digest of its code and of the types it handles."""

    name: str
    handlers: Mapping[type[Event], Handler]
    indexes: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """Extra indexes: collection → tuples of field names."""
    depends: str = ""
    """What the handlers depend on besides their modules and types, as text: it is part of the version."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the services that own the handled types, sorted."""
        return tuple(sorted({topic_of(cls.service) for cls in self.handlers}))

    @cached_property
    def version(self) -> str:
        """12 hex digits over the source of the handlers' modules, the handled types' fields, and what else they depend on."""
        modules = sorted({inspect.getmodule(handler) for handler in self.handlers.values()}, key=str)
        text = "\n".join(inspect.getsource(module) for module in modules if module is not None)
        types = sorted(
            f"{cls.type}{sorted((n, str(f.annotation)) for n, f in cls.model_fields.items())}"
            for cls in self.handlers
        )
        more = [self.depends] if self.depends else []
        return hashlib.sha256("\n".join([text, *types, *more]).encode()).hexdigest()[:12]

    def changes(self, record: Record) -> list[Change]:
        """What this record changes; nothing for a type that is not handled. Raises what the handler raises."""
        handler = self.handlers.get(type(record.event))
        return [] if handler is None else list(handler(record.event, record))


@dataclass(frozen=True, slots=True)
class Order:
    """A command of a reaction, to one stream of one aggregate."""

    aggregate: Aggregate[Any, Any]
    stream: str
    command: Command


@dataclass(frozen=True)
class Reaction:
    """Other events → our commands. `name` is fixed for ever: it is part of every command id."""

    name: str
    handlers: Mapping[type[Event], Callable[[Any, Record], Iterable[Order]]]
    starts: str = "beginning"
    """Or "now": the positions at its first start are its first checkpoint."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the services that own the heard types, sorted."""
        return tuple(sorted({topic_of(cls.service) for cls in self.handlers}))

    def orders(self, record: Record) -> list[Order]:
        """What this record makes us do; nothing for a type that is not heard."""
        handler = self.handlers.get(type(record.event))
        return [] if handler is None else list(handler(record.event, record))
