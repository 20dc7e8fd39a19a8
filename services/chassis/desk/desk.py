"""The desk of a service: what can be entered there. Of one declaration come a route, a row of a file and a page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Concatenate, TypeVar

from services.chassis.access import Role
from services.chassis.decider import Aggregate, Command, Declared, Key
from services.chassis.desk.asking import Asking, Check, Fill, Stream, asking
from services.chassis.desk.entry import Entry
from services.chassis.desk.serving import PLACEHOLDER, serve_command, serve_row
from services.chassis.forms import Form, name_of
from services.chassis.http import Routes
from services.chassis.http.routes import Method
from services.chassis.lifecycle import NEW, Lifecycle
from services.chassis.projection import Order, Projection
from services.chassis.row_run import Job, Step
from services.chassis.things.kind import Answers, Kind, Shows
from services.chassis.things.listing import serve_list
from services.chassis.things.own import serve_own
from services.chassis.things.view import things_view

C = TypeVar("C", bound=Command)
K = TypeVar("K", bound=Key)
R = TypeVar("R", bound=Declared)

READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})
"""Who may read a thing where nothing else is said."""


class Desk:
    """What can be entered at a service, in the order in which it was declared; its routes go into the service's table.

    `places` is asked of every command that makes something in an `area`, whatever else is asked of it.
    """

    def __init__(self, routes: Routes, *, places: Check[Any] | None = None) -> None:
        self.routes, self.places = routes, places
        self.entries: dict[str, Entry] = {}
        self.kinds: dict[str, Kind] = {}
        """The kinds of thing, by the names of their aggregates."""
        self._parts: set[Any] = set()

    def about(
        self, aggregate: Aggregate[Any, Any], key: type[K], at: str, *, stream: Callable[Concatenate[K, ...], str] | None = None,
        readers: Collection[Role] = READERS, shows: Shows | None = None, listed: bool = True, answers: Answers = "all",
    ) -> Things:  # fmt: skip
        """The things of one kind, which lie `at` an address like `/v1/funds/{fund_id}`; people know them by `key`. `stream`
        gives the stream of a key that needs the service's parts for it (a secret, say).

        Their register is a list at `/v1/funds` (none if not `listed`), and `readers` may read one: its state, and what
        `shows(state, today)` adds. Where `readers` is PUBLIC, everybody may; what can be done now, and who did what, is
        then under `/v1/funds/{fund_id}/desk`, and the list is for officers all the same. `answers` says what of this is
        written here: "desk" is that part alone, "none" where a service answers for its things by hand.
        """
        kind = Kind(aggregate, key, at, readers, shows, listed, asking(stream) if stream else None, answers)
        if aggregate.name in self.kinds:
            raise TypeError(f"{aggregate.name} is declared twice")
        self.kinds[aggregate.name] = kind
        officers = READERS if kind.public else frozenset(readers)
        if listed:
            serve_list(self.routes, kind, officers)
        if answers != "none":
            serve_own(self.routes, kind, officers)
        return Things(self, kind)

    @cached_property
    def view(self) -> Projection:
        """The projection from which the registers are read; ask for it when everything is declared."""
        return things_view(self.routes.name, [kind for kind in self.kinds.values() if kind.listed])

    def lifecycle(
        self, table: Lifecycle[Any], at: str, *, key: type[K] | None = None,
        stream: Callable[Concatenate[K, ...], str] | None = None,
        checks: Mapping[type[Command], Mapping[str, Check[Any]]] | None = None,
        readers: Collection[Role] = READERS, shows: Shows | None = None, listed: bool = True,
    ) -> Things:  # fmt: skip
        """All steps of a lifecycle, `at` an address like `/v1/producers/{producer_id}`: what it is called, who may, and when
        follow from the table. Of several steps that make one, the first is the `POST` to all of them. `checks` are look-ups
        beside those of every desk, a command. For the rest see `about`."""
        known_by: type[Any] = key or table.key
        things = self.about(table, known_by, at, stream=stream, readers=readers, shows=shows, listed=listed)
        opened = False
        for step in table.steps:
            roles, asked = {Role(step.by.role)}, (checks or {}).get(step.command)
            if step.begins:
                things.opens(step.command, roles=roles, checks=asked, named=opened, once=step.when == (NEW,))
                opened = True
            else:
                things.takes(step.command, roles=roles, checks=asked)
        return things

    def register(
        self, name: str, row: type[R], steps: Callable[..., Sequence[Step]] | None = None, *, roles: Collection[Role],
        at: str = "", created: str = "", checks: Mapping[str, Check[R]] | None = None, every: Callable[..., Any] | None = None,
        jobs: Callable[[Sequence[tuple[int, R]]], list[Job]] | None = None, area: str = "area", distinct: str = "",
    ) -> None:  # fmt: skip
        """A row of a register that people keep, of which several commands come: a row of a file, and a route where it is
        said `at` which address. `every` looks at all rows together and lists what is wrong, `jobs` makes their jobs."""
        made = asking(steps) if steps else None

        def commands(entered: Any, _: Stream | None, known: Mapping[Any, Any]) -> Sequence[Step]:
            assert made is not None, f"{name} has jobs, no steps"
            found: Sequence[Step] = made(entered, known)
            return found

        entry = Entry(
            name, Form(row), frozenset(roles), "POST", at, "", _checks(checks), commands, area, distinct, whole=True,
            every=asking(every) if every else None, jobs=jobs,
        )  # fmt: skip
        parts = made.parts() if made else set()
        self.add(entry, parts)
        if at:
            serve_row(self.routes, entry, parts, created)

    def add(self, entry: Entry, parts: Collection[Any] = ()) -> None:
        """Take an entry in; TypeError for a second one of its name."""
        if entry.name in self.entries:
            other = self.entries[entry.name].form.model
            raise TypeError(
                f"{entry.form.model.__module__}.{entry.form.model.__name__} and {other.__module__}.{other.__name__} would both be "
                f"{entry.name}: a command's name is its route, file and page"
            )
        self.entries[entry.name] = entry
        self._parts |= {*parts, *entry.parts()}

    def parts(self) -> frozenset[Any]:
        """The parts of the service that the entries need."""
        return frozenset(self._parts)


class Things:
    """The things of one kind, and what can be entered about them."""

    def __init__(self, desk: Desk, kind: Kind) -> None:
        self._desk, self.kind, self._aggregate, self._at = desk, kind, kind.aggregate, kind.at
        self._in_path = [name for name in PLACEHOLDER.findall(kind.at) if name in kind.key.model_fields]
        self._id = "" if self._in_path else PLACEHOLDER.findall(kind.at)[-1]

    def opens(
        self, command: type[C], *, roles: Collection[Role], checks: Mapping[str, Check[C]] | None = None,
        fill: Fill[C] | None = None, named: bool = False, once: bool = True,
    ) -> None:  # fmt: skip
        """The command that makes one: `POST` to all of them, or to its name there where another makes one, too (`named`).
        It is a key itself. `checks` are look-ups by field; `once`: two rows of a file cannot make the same one."""
        if not _is_key(command):
            raise TypeError(f"{command.__name__} is no Key: nobody knows the stream of what it makes")
        first = next(iter(command.model_fields)) if once else ""
        if self._desk.places is not None and "area" in command.model_fields:
            checks = {"area": self._desk.places, **(checks or {})}
        path = f"{self.kind.many}/{name_of(command)}" if named else self.kind.many
        entry = self._entry(command, roles, "POST", path, checks, distinct=first, fill=fill)
        serve_command(self._desk.routes, entry, self._aggregate, created=self._at)

    def takes(
        self, command: type[C], *, roles: Collection[Role], checks: Mapping[str, Check[C]] | None = None,
        fill: Fill[C] | None = None,
    ) -> None:  # fmt: skip
        """A step of one that is there: `POST` to the command's name under its address, which names its stream, or has the
        fields of its key (then the command is one). `fill` gives the fields that are
        `Stamped` with neither who it is nor the day."""
        path = f"{self._at}/{name_of(command)}"
        entry = self._entry(
            command, roles, "POST", path, checks, thing=self._id, in_path=self._in_path, fill=fill
        )
        serve_command(self._desk.routes, entry, self._aggregate)

    def puts(
        self, command: type[C], *, roles: Collection[Role], checks: Mapping[str, Check[C]] | None = None
    ) -> None:
        """`PUT` to its address, which is its key: makes it, or says it anew."""
        entry = self._entry(command, roles, "PUT", self._at, checks, in_path=self._in_path)
        serve_command(self._desk.routes, entry, self._aggregate)

    def _entry(
        self, command: type[Command], roles: Collection[Role], method: Method, path: str,
        checks: Mapping[str, Check[C]] | None, *, thing: str = "", distinct: str = "", in_path: Collection[str] = (),
        fill: Fill[C] | None = None,
    ) -> Entry:  # fmt: skip
        if self._aggregate.commands and command not in self._aggregate.commands:
            raise TypeError(f"{self._aggregate.name} does not decide {command.__name__}")
        about = None if _is_key(command) else self.kind.key
        kind: type[Any] = command  # mypy thinks that nothing is a Command and a Key
        key = self.kind.key if self.kind.stream and issubclass(kind, self.kind.key) else about
        form: Form[Any] = Form(command, about=about, in_path=in_path)
        area = "area" if any(blank.name == "area" for blank in form.blanks) else ""

        asked = asking(fill) if fill else None

        def steps(entered: Any, stream: Stream | None, known: Mapping[Any, Any]) -> Sequence[Step]:
            about = stream or entered.stream
            later = None if asked is None else lambda: asked(entered, {**known, Stream: about})
            return (Step(Order(self._aggregate, about, entered), fill=later),)

        entry = Entry(
            form.name, form, frozenset(roles), method, path, thing, _checks(checks), steps, area, distinct,
            stream=self.kind.stream, key=key, fill=asked,
        )  # fmt: skip
        self._desk.add(entry)
        self.kind.entries.append(entry)
        return entry


def _is_key(command: type[Any]) -> bool:
    """Whether the command itself tells the stream of what it makes."""
    return issubclass(command, Key)


def _checks(checks: Mapping[str, Check[Any]] | None) -> dict[str, Asking]:
    return {field: asking(check) for field, check in (checks or {}).items()}
