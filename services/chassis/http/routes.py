"""The route table of a service: every route with its roles and its reach; one without them cannot be declared."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from services.chassis.access import Caller, Role
from services.chassis.http.body import JSON, LIMIT
from services.chassis.http.reading import keeping
from services.chassis.http.run import Reply, ReplyDocument, Run
from services.chassis.http.signature import Signature, signature

F = TypeVar("F", bound=Callable[..., Any])
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class _Public(frozenset[Role]):
    """Its own type, since CPython has but one empty frozenset: to forget the roles is no way to say PUBLIC."""


PUBLIC: Final = _Public()
"""The roles of a route that needs no token."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which areas a route reaches for a caller; `parameter` is the one that holds the area."""

    name: Literal["events", "parameter", "caller", "anywhere"]
    parameter: str = ""

    def __str__(self) -> str:
        return f"within({self.parameter})" if self.parameter else self.name


BY_EVENTS: Final = Reach("events")
"""The command handler holds the state's and the events' areas to the caller's."""
BY_CALLER: Final = Reach("caller")
"""The function takes the `Caller` and narrows what it does to the caller's areas itself."""
ANYWHERE: Final = Reach("anywhere")
"""The same for every caller, whatever the area."""


def within(parameter: str) -> Reach:
    """The area in this parameter (none is the nation) must lie in the caller's areas; checked before the function."""
    return Reach("parameter", parameter)


@dataclass(frozen=True, slots=True)
class Declared:
    """A route as it was declared."""

    method: Method
    path: str
    roles: frozenset[Role]
    reach: Reach
    function: Callable[..., Any]
    takes: Signature
    status: int
    summary: str
    command: bool
    answers: Any
    """The type of the answer's JSON; None for a response that the function makes itself."""
    limit: int = LIMIT
    consumes: tuple[str, ...] = JSON
    keep: str = "no-store"

    @property
    def public(self) -> bool:
        """Whether it needs no token."""
        return self.roles is PUBLIC

    def __str__(self) -> str:
        who = "public" if self.public else "+".join(sorted(self.roles))
        return f"{self.method} {self.path} {who} {self.reach}"


class Routes:
    """The routes of one service, in the order in which they were declared."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.declared: list[Declared] = []

    def command(
        self,
        method: Method,
        path: str,
        *,
        roles: Collection[Role],
        summary: str = "",
        status: int = 200,
        scope: Reach | None = None,
        body_limit: int = LIMIT,
        consumes: tuple[str, ...] = JSON,
    ) -> Callable[[F], F]:
        """Declare a route that changes something (or that asks with a body): it takes an Idempotency-Key and If-Match,
        and a body of up to `body_limit` bytes (of one of the types `consumes`, where the function takes bytes).

        Without `scope` the areas of state and events are held to the caller's (or it is BY_CALLER, without a Run).
        """

        def declare(function: F) -> F:
            takes = signature(function, path, body=True)
            runs = Run in takes.given.values()
            if not roles or roles is PUBLIC:
                raise TypeError(f"{method} {path}: a command needs roles")
            if method == "GET":
                raise TypeError(f"{method} {path}: a command is not a GET")
            if scope == BY_EVENTS and not runs:
                raise TypeError(
                    f"{method} {path}: without a Run nobody holds it to the caller's areas; say scope="
                )
            reach = scope or (BY_EVENTS if runs else BY_CALLER)
            answers = ReplyDocument if takes.returns is Reply else _answers(function, takes)
            self._add(
                Declared(
                    method, path, frozenset(roles), reach, function, takes, status, summary, True, answers,
                    limit=body_limit, consumes=consumes,
                )
            )  # fmt: skip
            return function

        return declare

    def query(
        self,
        path: str,
        *,
        roles: Collection[Role],
        scope: Reach | None = None,
        summary: str = "",
        max_age: int = 0,
    ) -> Callable[[F], F]:
        """Declare a GET. With roles it says its `scope`, or it takes the Caller (BY_CALLER). `max_age`: seconds that
        anybody may keep a public answer."""

        def declare(function: F) -> F:
            takes = signature(function, path, body=False)
            public, asks = roles is PUBLIC, Caller in takes.given.values()
            reach = scope or (ANYWHERE if public else BY_CALLER if asks else None)
            if not public and not roles:
                raise TypeError(f"GET {path}: say roles=PUBLIC if it needs no token")
            if reach is None or reach == BY_EVENTS:
                raise TypeError(f"GET {path}: say scope=ANYWHERE, BY_CALLER or within(a parameter)")
            if public and (reach != ANYWHERE or asks):
                raise TypeError(f"GET {path}: a public route knows no caller")
            if max_age and not public:
                raise TypeError(f"GET {path}: what needs a token is not for caches")
            if Run in takes.given.values():
                raise TypeError(f"GET {path}: a query runs no command")
            chosen = PUBLIC if public else frozenset(roles)
            keep = keeping(public, max_age)
            answers = _answers(function, takes)
            self._add(
                Declared("GET", path, chosen, reach, function, takes, 200, summary, False, answers, keep=keep)
            )
            return function

        return declare

    def include(self, others: Routes) -> None:
        """Declare the routes of another table of this service, too."""
        for declared in others.declared:
            self._add(declared)

    def _add(self, declared: Declared) -> None:
        route, reach, given = (
            f"{declared.method} {declared.path}",
            declared.reach,
            declared.takes.given.values(),
        )
        if any((other.method, other.path) == (declared.method, declared.path) for other in self.declared):
            raise TypeError(f"{route} is declared twice")
        if reach == BY_CALLER and Caller not in given and Run not in given:
            raise TypeError(f"{route}: BY_CALLER without taking the Caller reaches everywhere")
        if reach.parameter and reach.parameter not in (declared.takes.inputs or BaseModel).model_fields:
            raise TypeError(f"{route} has no parameter {reach.parameter}")
        self.declared.append(declared)


def _answers(function: Callable[..., Any], takes: Signature) -> Any:
    kind = takes.returns
    if kind is takes.documented.empty:
        raise TypeError(f"{function.__qualname__} does not say what it returns")
    return None if isinstance(kind, type) and issubclass(kind, Response) else kind
