"""What a route function takes, read from its signature once, at import; and the arguments for one request.

Path parameters and filters by name, at most one body (a pydantic model, or bytes), and what the kit gives by type:
`Run`, `Caller`, `Seen`, `Paging`, Starlette's `Request`, and `Part[…]`, a part of the service by its type.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Body, Query
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model
from pydantic.fields import FieldInfo
from starlette.requests import Request

from services.chassis.access import Caller
from services.chassis.http.pages import MOST, USUAL, Paging
from services.chassis.http.reading import Seen
from services.chassis.http.run import Run
from services.chassis.problems import FieldError, Problem, field_errors, invalid
from services.chassis.problems.catalogue import BODY_UNREADABLE

T = TypeVar("T")
_PART = object()
Part = Annotated[T, _PART]
"""`parts: Part[Parts]`: what the app was made with under this type."""

_GIVEN = (Run, Caller, Seen, Paging, Request)
_PAGING = {
    "limit": (Annotated[int, Query(ge=1, le=MOST, description="items on a page")], USUAL),
    "cursor": (
        Annotated[str | None, Query(max_length=1000, description="from `next` of the page before")],
        None,
    ),
}
_PLACEHOLDER = re.compile(r"{(\w+)(?::\w+)?}")
_AT = re.compile(r"line \d+ column \d+")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a route function takes. `documented` is the signature that OpenAPI is made from."""

    inputs: type[BaseModel] | None
    named: frozenset[str]
    """The parameters of path and query as they are named in the address; `lists` may come more than once."""
    lists: frozenset[str]
    body: str
    model: TypeAdapter[Any] | None
    """None with a `body` means bytes."""
    given: Mapping[str, type]
    parts: Mapping[str, type]
    documented: inspect.Signature
    returns: Any


def signature(function: Callable[..., Any], path: str, *, body: bool) -> Signature:
    """Read a function's signature; TypeError for a parameter that the kit cannot give. `body`: may it have one?"""
    read = inspect.signature(function, eval_str=True)
    in_path = set(_PLACEHOLDER.findall(path))
    fields: dict[str, Any] = {}
    given: dict[str, type] = {}
    parts: dict[str, type] = {}
    documented: list[inspect.Parameter] = []
    payload, model = "", None
    for name, parameter in read.parameters.items():
        kind = parameter.annotation
        if kind is inspect.Parameter.empty:
            raise TypeError(f"{function.__qualname__}: {name} has no type")
        if is_part(kind):
            parts[name] = get_args(kind)[0]
        elif kind in _GIVEN:
            given[name] = kind
        elif name not in in_path and (
            kind is bytes or (isinstance(kind, type) and issubclass(kind, BaseModel))
        ):
            if payload or not body:
                raise TypeError(
                    f"{function.__qualname__}: {name} would be a body, and this route has none left"
                )
            payload, model = name, None if kind is bytes else TypeAdapter(kind)
            if model is not None:
                documented.append(
                    parameter.replace(annotation=Annotated[kind, Body()], default=parameter.empty)
                )
        else:
            default = ... if parameter.default is parameter.empty else parameter.default
            if isinstance(default, FieldInfo):
                raise TypeError(f"{function.__qualname__}: say {name}: Annotated[…, Query(…)] = default")
            fields[name] = (kind, default)
            shown = kind if name in in_path or _marked(kind) else Annotated[kind, Query()]
            documented.append(parameter.replace(annotation=shown))
    if missing := in_path - fields.keys():
        raise TypeError(f"{function.__qualname__} does not take {', '.join(sorted(missing))} of {path}")
    if Paging in given.values():
        fields |= _PAGING
        documented += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, (kind, default) in _PAGING.items()
        ]
    public = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in documented]
    return Signature(
        inputs=create_model(f"{function.__name__}_inputs", **fields) if fields else None,
        named=frozenset(fields),
        lists=frozenset(name for name, (kind, _) in fields.items() if _many(kind)),
        body=payload,
        model=model,
        given=given,
        parts=parts,
        documented=inspect.Signature(public),
        returns=read.return_annotation,
    )


def part(kind: Any) -> Any:
    """`Part[kind]`, for a kind that is known at run time only."""
    return Annotated[(kind, _PART)]


def is_part(kind: Any) -> bool:
    """Whether a parameter's type is `Part[…]`."""
    return get_origin(kind) is Annotated and _PART in get_args(kind)


def inputs(
    takes: Signature, path: Mapping[str, Any], query: bytes, errors: list[FieldError], *, strict: bool
) -> dict[str, Any]:
    """The values of path parameters and filters; what is wrong with them is added to `errors`.

    An empty filter is one that was left out (a form sends it so). One that is not declared is an error if `strict`: a
    slip of the pen would otherwise answer another question. (To a page's address, others add what they like.)
    """
    typed: dict[str, Any] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=False) if query else ():
        if name in takes.lists:
            typed.setdefault(name, []).append(value)
        elif name in takes.named:
            typed[name] = (
                [typed[name], value] if name in typed else value
            )  # given twice: no such type takes a list
        elif strict:
            errors.append(FieldError(name[:64], "unknown-field", "ไม่มีช่องชื่อนี้", "is not a field of this"))
    typed.update(path)
    if takes.inputs is None:
        return {}
    try:
        found = takes.inputs.model_validate(typed)
    except ValidationError as error:
        errors += field_errors(error.errors(include_input=False, include_url=False))
        return {}
    return {name: getattr(found, name) for name in takes.inputs.model_fields}


def parsed(model: TypeAdapter[Any], content: bytes, errors: list[FieldError]) -> Any:
    """The body as the model; what is wrong with its fields is added to `errors`, no JSON at all is a problem (400)."""
    try:
        return model.validate_json(content)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        if found[0]["type"] == "json_invalid":
            at = _AT.search(found[0]["msg"])
            raise Problem(BODY_UNREADABLE, more={"at": at[0]} if at else {}) from None
        errors += field_errors(found)
        return None


def refuse(errors: list[FieldError]) -> None:
    """Raise the problem of what was wrong, if anything was."""
    if errors:
        raise invalid(errors)


def _marked(kind: Any) -> bool:
    """Whether the type says by `Query(…)` itself how it is sent."""
    return get_origin(kind) is Annotated and any(isinstance(mark, FieldInfo) for mark in get_args(kind))


def _many(kind: Any) -> bool:
    """Whether a parameter of this type may come more than once: a list, or a list or None."""
    if get_origin(kind) is Annotated:
        return _many(get_args(kind)[0])
    return get_origin(kind) in (list, tuple, set, frozenset) or (
        get_origin(kind) in (Union, UnionType) and any(map(_many, get_args(kind)))
    )
