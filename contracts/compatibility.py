"""What a change of a JSON Schema breaks: old readers must read new events, and new readers the old ones in the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.publish.schemas import inlined

Schema = Mapping[str, Any]

_TELLING = frozenset({"$comment", "title", "description", "examples", "deprecated"})
"""Keywords that bind nobody; they may change."""

_FLOORS = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_CEILINGS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_UNIONS = ("anyOf", "oneOf")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (field names with dots), what in a sentence, and whether it breaks a reader."""

    where: str
    what: str
    breaking: bool = True

    def __str__(self) -> str:
        return f"{self.where or 'the whole schema'}: {self.what}"


def changes(old: Schema, new: Schema) -> list[Change]:
    """Every difference that a reader could notice; one that we cannot judge counts as breaking."""
    found = list(_changes(inlined(old), inlined(new), ""))
    if old.get("$id") != new.get("$id"):
        found.append(Change("", f"its id was {old.get('$id')} and is {new.get('$id')}"))
    return found


def breaks(old: Schema, new: Schema) -> list[Change]:
    """The changes that break an old reader of new events or a new reader of old ones."""
    return [change for change in changes(old, new) if change.breaking]


def channel_changes(old: Schema, new: Schema) -> list[Change]:
    """What a subscriber of two AsyncAPI documents could notice of topics, partitions and common headers."""
    found: list[Change] = []
    for name, was in old["channels"].items():
        now = new["channels"].get(name)
        if now is None or now["address"] != was["address"]:
            found.append(Change(name, f"the topic {was['address']} is gone"))
        elif now["bindings"]["kafka"]["partitions"] != was["bindings"]["kafka"]["partitions"]:
            found.append(Change(name, "another number of partitions moves keys; growth is a new topic"))
        elif now["bindings"] != was["bindings"]:
            found.append(Change(name, "the topic is kept in another way", breaking=False))
    headers = changes(old["components"]["schemas"]["Headers"], new["components"]["schemas"]["Headers"])
    return found + [Change(f"headers.{change.where}", change.what, change.breaking) for change in headers]


def _changes(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    if any(union in schema for union in _UNIONS for schema in (old, new)):
        yield from _defaults(old, new, where)
        yield from _options(old, new, where)
        return
    yield from _fields(old, new, where)
    yield from _values(old, new, where)
    yield from _elements(old, new, where)
    walked = {"properties", "required", "enum", "const", "items", "default"}
    for keyword in sorted((old.keys() | new.keys()) - _TELLING - walked):
        was, now = old.get(keyword, _ABSENT), new.get(keyword, _ABSENT)
        if was != now:
            yield Change(where, _changed(keyword, was, now))
    yield from _defaults(old, new, where)


def _fields(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    were, are = old.get("properties", {}), new.get("properties", {})
    had, has = set(old.get("required", ())), set(new.get("required", ()))
    added = [name for name in are if name not in were]
    for name, was in were.items():
        here = f"{where}.{name}".lstrip(".")
        if name not in are:
            alike = (other for other in added if not list(_changes(was, are[other], "")))
            twin = next(alike, None)
            yield Change(here, "the field was removed" + (f" (renamed to {twin}?)" if twin else ""))
            continue
        if name in has - had:
            yield Change(here, "the field became required, and old events may lack it")
        if name in had - has:
            yield Change(here, "the field is no longer always there, and old readers need it")
        yield from _changes(was, are[name], here)
    for name in added:
        here = f"{where}.{name}".lstrip(".")
        if name in has:
            yield Change(here, "a new field is required, and old events lack it")
        else:
            yield Change(here, "a new optional field", breaking=False)


def _values(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    were, are = _enumerated(old), _enumerated(new)
    if were is None and are is None:
        return
    if were is None:
        yield Change(where, "tightened: only some values are left")
    elif are is None:
        yield Change(where, "loosened: any value may come, and old readers know a few")
    else:
        for value in were:
            if value not in are:
                yield Change(where, f"tightened: the value {value!r} was removed, and old events have it")
        for value in are:
            if value not in were:
                yield Change(where, f"a new value {value!r}; readers must expect new values", breaking=False)


def _enumerated(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _elements(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    was, now = old.get("items", _ABSENT), new.get("items", _ABSENT)
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from _changes(was, now, f"{where}[]")
    elif was != now:
        yield Change(where, "its elements have another type")


def _options(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    """Unions (`anyOf`, a nullable field): options that changed nothing pair up, what is left is told."""
    were, are = _alternatives(old), _alternatives(new)
    for was in list(were):
        twin = next((now for now in are if not any(c.breaking for c in _changes(was, now, ""))), None)
        if twin is not None:
            yield from _changes(was, twin, where)
            were.remove(was)
            are.remove(twin)
    if len(were) == len(are) == 1:
        yield from _changes(were[0], are[0], where)
        return
    for was in were:
        yield Change(where, f"tightened: {_name(was)} is no longer possible, and old events have it")
    for now in are:
        yield Change(where, f"loosened: {_name(now)} may come, and old readers do not expect it")


def _alternatives(schema: Schema) -> list[Schema]:
    for union in _UNIONS:
        if union in schema:
            return list(schema[union])
    return [{key: value for key, value in schema.items() if key != "default"}]


def _defaults(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    was, now = old.get("default", _ABSENT), new.get("default", _ABSENT)
    if was is not _ABSENT and now is not _ABSENT and was != now:
        yield Change(
            where, f"the default was {was!r} and is {now!r}: old events without it change their meaning"
        )


def _name(schema: Schema) -> str:
    return str(schema.get("type") or sorted(schema))


def _changed(keyword: str, was: Any, now: Any) -> str:
    if keyword == "type":
        return f"retyped: it was {was!r} and is {now!r}" if _ABSENT not in (was, now) else "retyped"
    if now is _ABSENT:
        return f"loosened: {keyword} {was!r} is gone, and old readers rely on it"
    if was is _ABSENT:
        return f"tightened: {keyword} {now!r} is new, and old events may break it"
    tighter = (keyword in _FLOORS and now > was) or (keyword in _CEILINGS and now < was)
    looser = (keyword in _FLOORS and now < was) or (keyword in _CEILINGS and now > was)
    word = "tightened" if tighter else "loosened" if looser else "changed"
    return f"{word}: {keyword} was {was!r} and is {now!r}"
