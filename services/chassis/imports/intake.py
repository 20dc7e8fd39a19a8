"""An import: a file that was read without a fault is accepted as one commit, and its rows run until all have run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from pydantic import Field

from contracts.areas import Scope
from contracts.imports import ImportAccepted, ImportCompleted
from services.chassis.decider import Actor, Aggregate, Command, Decision, Refused, Sealed, Today


class AcceptImport(Command):
    """Accept a file whose rows were all validated. `parts` are the rows in portions that fit into an event; they are what the
    file says that `digest` is of, and need not be told again to know a repeated request."""

    stamped = frozenset({"parts"})

    import_id: str
    kind: str
    area: Scope = Field(description="the narrowest area that holds all rows")
    on: Today
    digest: str
    rows: int = Field(ge=1)
    parts: tuple[tuple[Mapping[str, Any], ...], ...] = Field(min_length=1)
    by: Actor


class CompleteImport(Command):
    """All rows have run."""

    import_id: str
    on: Today
    written: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    refused: int = Field(ge=0)


@dataclass(frozen=True, slots=True)
class Import:
    """An import's run. `run` counts acceptances: a file with refused rows may be sent again."""

    area: str = ""
    kind: str = ""
    rows: int = 0
    on: date = date.min
    run: int = 0
    accepted_version: int = 0
    commits: int = 0
    running: bool = False
    written: int = 0
    unchanged: int = 0
    refused: int = 0


NOT_FOUND = Refused("import-not-found", "ไม่พบการนำเข้านี้", "There is no such import.", kind="missing")

Intake = Aggregate[AcceptImport | CompleteImport, Import]


def intake(accepted: type[ImportAccepted], completed: type[ImportCompleted]) -> Intake:
    """The imports of a service, which says these two events."""

    def decide(command: AcceptImport | CompleteImport, state: Import) -> Decision:
        """The same file is accepted once; again only when rows of it were refused."""
        match command:
            case AcceptImport():
                if state.running or (state.run and not state.refused):
                    return []
                by = command.by.model_dump(mode="json")
                return [
                    Sealed(
                        accepted(
                            area=command.area,
                            on=command.on,
                            import_id=command.import_id,
                            kind=command.kind,
                            rows=command.rows,
                            digest=command.digest,
                            part=part,
                            parts=len(command.parts),
                        ),
                        command.import_id,
                        {"rows": rows, "by": by},
                    )
                    for part, rows in enumerate(command.parts)
                ]
            case CompleteImport():
                if not state.running:
                    return []
                done = completed(
                    area=state.area,
                    on=command.on,
                    import_id=command.import_id,
                    kind=state.kind,
                    rows=state.rows,
                    written=command.written,
                    unchanged=command.unchanged,
                    refused=command.refused,
                )
                return [done]
            case _:
                assert_never(command)

    return Aggregate(
        name="import",
        initial=Import(),
        decide=decide,
        evolve=evolve,
        events=frozenset((accepted, completed)),
        area=lambda run: run.area,
    )


def evolve(state: Import, event: ImportAccepted | ImportCompleted) -> Import:
    """The import after the event."""
    match event:
        case ImportAccepted() if event.part:
            return state
        case ImportAccepted():
            return replace(
                state,
                area=event.area,
                kind=event.kind,
                rows=event.rows,
                on=event.on,
                run=state.run + 1,
                commits=state.commits + 1,
                accepted_version=state.commits + 1,
                running=True,
            )
        case ImportCompleted():
            return replace(
                state,
                commits=state.commits + 1,
                running=False,
                written=event.written,
                unchanged=event.unchanged,
                refused=event.refused,
            )
        case _:
            assert_never(event)
