"""MongoDB's query and update language, as much of it as the chassis speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any

Document = dict[str, Any]
_NO_CLOCK = datetime(1, 1, 1, tzinfo=UTC)


def matches(document: Mapping[str, Any], query: Mapping[str, Any], now: datetime) -> bool:
    """Whether a document meets a query."""
    for path, wanted in query.items():
        if path == "$or":
            if not any(matches(document, one, now) for one in wanted):
                return False
        elif path == "$and":
            if not all(matches(document, one, now) for one in wanted):
                return False
        elif path == "$expr":
            if not evaluated(wanted, document, now):
                return False
        elif path.startswith("$"):
            raise NotImplementedError(path)
        elif not _meets(_values(document, path.split(".")), wanted):
            return False
    return True


def updated(
    document: Document, update: Any, now: datetime, *, query: Mapping[str, Any], new: bool
) -> Document:
    """The document after an update (operators, or a pipeline of $set); `new` where an upsert makes it."""
    made = dict(document)
    if new:
        made |= {path: value for path, value in query.items() if _plain(path, value)}
    if isinstance(update, list):
        for stage in update:
            [(operator, fields)] = stage.items()
            if operator != "$set":
                raise NotImplementedError(operator)
            made |= {name: evaluated(value, made, now) for name, value in fields.items()}
        return made
    for operator, fields in update.items():
        if operator == "$setOnInsert" and not new:
            continue
        for name, value in fields.items():
            assert "." not in name, "no path is updated"
            _OPERATORS[operator](made, name, value)
    return made


def evaluated(expression: Any, document: Mapping[str, Any], now: datetime) -> Any:
    """The value of an aggregation expression."""
    if isinstance(expression, str) and expression.startswith("$$"):
        assert expression == "$$NOW"
        return now
    if isinstance(expression, str) and expression.startswith("$"):
        return document.get(expression[1:])
    if not isinstance(expression, dict):
        return expression
    [(operator, operands)] = expression.items()
    if operator == "$or":
        return any(evaluated(one, document, now) for one in operands)
    left, right = (evaluated(one, document, now) for one in operands)
    match operator:
        case "$lt":
            return left < right
        case "$eq":
            return left == right
        case "$add":
            return left + (timedelta(milliseconds=right) if isinstance(left, datetime) else right)
    raise NotImplementedError(operator)


def ordered(documents: Iterable[Document], sort: Sequence[tuple[str, int]]) -> list[Document]:
    """Sorted by several fields, 1 upwards and -1 downwards."""

    def compare(one: Document, other: Document) -> int:
        for path, direction in sort:
            left, right = (_first(document, path) for document in (one, other))
            if left != right:
                return direction if (left is not None and (right is None or left > right)) else -direction
        return 0

    return sorted(documents, key=cmp_to_key(compare))


def index_keys(document: Mapping[str, Any], path: str) -> list[Any]:
    """What a unique index on one field holds of a document: each element of an array."""
    return list(_values(document, path.split("."), whole=False))


def _values(found: Any, path: Sequence[str], *, whole: bool = True) -> Iterable[Any]:
    if isinstance(found, list):
        if not path and whole:
            yield found
        for one in found:
            yield from _values(one, path, whole=False)
    elif not path:
        yield found
    elif isinstance(found, Mapping) and path[0] in found:
        yield from _values(found[path[0]], path[1:], whole=whole)


def _first(document: Document, path: str) -> Any:
    return next(iter(_values(document, path.split("."))), None)


def _meets(values: Iterable[Any], wanted: Any) -> bool:
    found = list(values) or [None]
    if not (isinstance(wanted, dict) and wanted and next(iter(wanted)).startswith("$")):
        return any(_same(one, wanted) for one in found)
    return all(_holds(found, operator, value) for operator, value in wanted.items())


def _holds(found: list[Any], operator: str, value: Any) -> bool:
    match operator:
        case "$in":
            return any(_same(one, other) for one in found for other in value)
        case "$ne":
            return not any(_same(one, value) for one in found)
        case "$exists":
            return (found != [None]) is value
    comparable = [one for one in found if type(one) is type(value)]
    match operator:
        case "$gt":
            return any(one > value for one in comparable)
        case "$gte":
            return any(one >= value for one in comparable)
        case "$lt":
            return any(one < value for one in comparable)
        case "$lte":
            return any(one <= value for one in comparable)
    raise NotImplementedError(operator)


def _same(one: Any, other: Any) -> bool:
    """Documents are the same only with their fields in the same order."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one) == len(other) and all(a == c and _same(b, d) for (a, b), (c, d) in pairs)
    return bool(one == other)


def _plain(path: str, value: Any) -> bool:
    """Whether an upsert takes this part of its query over."""
    return not path.startswith("$") and not (
        isinstance(value, dict) and any(k.startswith("$") for k in value)
    )


def _increase(document: Document, name: str, value: Any) -> None:
    document[name] = document.get(name, 0) + value


def _push(document: Document, name: str, value: Any) -> None:
    document[name] = [*document.get(name, []), value]


def _pull(document: Document, name: str, value: Any) -> None:
    document[name] = [one for one in document.get(name, []) if not matches(one, value, _NO_CLOCK)]


_OPERATORS = {
    "$set": lambda document, name, value: document.update({name: value}),
    "$setOnInsert": lambda document, name, value: document.update({name: value}),
    "$unset": lambda document, name, value: document.pop(name, None),
    "$inc": _increase,
    "$push": _push,
    "$pull": _pull,
}
