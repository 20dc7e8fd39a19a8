"""Folding: a batch's changes of one document become one write. Pure; the order of the changes is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.projection import Change

# Made once: json.dumps makes an encoder a call.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Key = Mapping[str, str | int]


@dataclass(slots=True)
class Folded:
    """What a batch does to one document.

    Unless `fresh`, `inc` is added to and `set` written over what is there. If `fresh` the document was deleted on the
    way, so what is there does not count: it is replaced by key, `inc` and `set`, or is `gone`.
    """

    key: Key
    inc: dict[str, int] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    fresh: bool = False
    gone: bool = False
    touched: bool = False

    def take(self, change: Change) -> None:
        """Add one more change, later than all before it."""
        self.touched = True
        if change.delete:
            self.inc.clear()
            self.set.clear()
            self.fresh = self.gone = True
            return
        self.gone = False
        inc, written = self.inc, self.set
        for name, n in change.inc.items():
            kept = written if name in written else inc
            kept[name] = kept.get(name, 0) + n
        for name, value in change.set.items():
            inc.pop(name, None)
            written[name] = value

    def document(self) -> dict[str, Any]:
        """The whole document without its `_id`, where nothing that is there counts."""
        return {**self.key, **self.inc, **self.set}


class Fold:
    """Collects changes; `folded` gives one entry a document. A change that cannot be folded changes nothing."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, Folded]] = {}
        self._known: dict[tuple[str | int, ...], Folded] = {}
        """By the key as it was written down, so that the usual case makes no `_id`."""

    def add(self, changes: Sequence[Change]) -> None:
        """Fold changes in, in order. Raises TypeError before anything is folded: a key that is not of texts and whole
        numbers, a count that is no whole number."""
        slots: list[Folded] = []
        for collection, key, inc, _, _ in changes:
            for n in inc.values():
                if type(n) is not int:
                    raise TypeError(f"a change of {collection} counts by something that is no whole number")
            known = (collection, *key, *key.values())  # flat: cheaper than a tuple of pairs
            slots.append(self._known.get(known) or self._slot(collection, key, known))
        for slot, change in zip(slots, changes, strict=True):
            slot.take(change)

    def folded(self) -> Iterator[tuple[str, str, Folded]]:
        """(collection, `_id`, what is done to it), each document once."""
        for collection, documents in self._documents.items():
            for identity, folded in documents.items():
                if folded.touched:
                    yield collection, identity, folded

    def _slot(self, collection: str, key: Key, known: tuple[str | int, ...]) -> Folded:
        documents = self._documents.setdefault(collection, {})
        slot = self._known[known] = documents.setdefault(identity(key), Folded(key))
        return slot


def identity(key: Key) -> str:
    """The `_id` of a document: its key as JSON, sorted by name, so that two ways to write one key are one document."""
    for value in key.values():
        if type(value) is not int and not isinstance(value, str):
            raise TypeError("a key holds something that is neither a text nor a whole number")
    return _encode(sorted(key.items()))
