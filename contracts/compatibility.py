"""What a change of a JSON Schema breaks. Old readers must read new events, and new readers the old ones in the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_WORDS = frozenset(
    {"$schema", "$defs", "$comment", "title", "description", "examples", "deprecated", "x-sealed"}
)
"""Keywords that only tell; they may change."""

_FLOORS = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_CEILINGS = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_UNIONS = ("anyOf", "oneOf")
_WALKED = frozenset({"properties", "required", "enum", "const", "items", "prefixItems", *_UNIONS, "allOf"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (a path of field names), what in a sentence, and whether it breaks a reader."""

    where: str
    what: str
    breaking: bool = True

    def __str__(self) -> str:
        return f"{self.where or 'the whole'}: {self.what}"


def changes(old: Schema, new: Schema) -> list[Change]:
    """Every difference that a reader could notice, breaking or not; texts for people are not compared."""
    return list(_changes(old, new, _Two(old, new)))


def breaks(old: Schema, new: Schema) -> list[Change]:
    """The differences that break an old reader of new events or a new reader of old ones."""
    return [change for change in changes(old, new) if change.breaking]


@dataclass(frozen=True, slots=True)
class _Two:
    """The two documents, for their definitions, and where in them we are."""

    old: Schema
    new: Schema
    path: str = ""
    seen: frozenset[tuple[str, str]] = frozenset()

    def at(self, step: str) -> _Two:
        return _Two(self.old, self.new, f"{self.path}.{step}".lstrip("."), self.seen)

    def past(self, refs: tuple[str, str]) -> _Two:
        return _Two(self.old, self.new, self.path, self.seen | {refs})


def _changes(old: Schema, new: Schema, two: _Two) -> Iterator[Change]:
    refs = (str(old.get("$ref", "")), str(new.get("$ref", "")))
    if any(refs):
        if refs in two.seen:
            return
        two = two.past(refs)
        old, new = _resolved(old, two.old), _resolved(new, two.new)
    if _nullable(old) is not _nullable(new) or any(union in old or union in new for union in _UNIONS):
        yield from _union(_options(old), _options(new), two)
        old, new = _without_union(old), _without_union(new)
    yield from _properties(old, new, two)
    yield from _values(old, new, two.path)
    yield from _parts(old, new, two)
    for keyword in sorted((old.keys() | new.keys()) - _WORDS - _WALKED):
        if old.get(keyword) != new.get(keyword) or (keyword in old) is not (keyword in new):
            yield Change(two.path, _keyword(keyword, old, new))


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    node: Any = root
    for step in str(schema["$ref"]).removeprefix("#/").split("/"):
        node = node[step]
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**_resolved(node, root), **beside}


def _properties(old: Schema, new: Schema, two: _Two) -> Iterator[Change]:
    were: Mapping[str, Schema] = old.get("properties", {})
    are: Mapping[str, Schema] = new.get("properties", {})
    had, has = set(old.get("required", ())), set(new.get("required", ()))
    added = [name for name in are if name not in were]
    for name in were:
        here = two.at(name)
        if name not in are:
            twin = next((other for other in added if not breaks_of(were[name], are[other], here)), None)
            hint = f" (renamed to {twin}?)" if twin else ""
            yield Change(here.path, f"the field was removed{hint}")
            continue
        if name in has - had:
            yield Change(here.path, "the field became required; old events lack it")
        if name in had - has:
            yield Change(here.path, "the field is no longer always there; old readers need it")
        yield from _changes(were[name], are[name], here)
    for name in added:
        if name in has:
            yield Change(two.at(name).path, "a new field is required; old events lack it")
        else:
            yield Change(two.at(name).path, "a new optional field", breaking=False)
    for name in sorted((had ^ has) - set(were) - set(are)):
        yield Change(two.at(name).path, "required has changed")
