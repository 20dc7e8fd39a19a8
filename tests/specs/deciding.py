"""given / when / then for deciders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contracts.event import Event
from services.chassis.decider import Aggregate, Command, Decision, Forgotten, Refused, Sealed


@dataclass
class Given:
    """An aggregate with a past."""

    aggregate: Aggregate[Any, Any]
    events: tuple[Event, ...]

    def when(self, command: Command) -> When:
        """Decide on it."""
        state = self.aggregate.initial
        for event in self.events:
            state = self.aggregate.evolve(state, event)
        return When(self.aggregate, state, self.aggregate.decide(command, state))


@dataclass
class When:
    """What was decided."""

    aggregate: Aggregate[Any, Any]
    before: Any
    decision: Decision
    after: Any = field(init=False)

    def __post_init__(self) -> None:
        self.after = self.before
        if not isinstance(self.decision, Refused):
            for item in self.decision:
                event = plain(item)
                assert type(event) in self.aggregate.events, (
                    f"{type(event).__name__} is not one of its events"
                )
                assert event == type(event).model_validate_json(event.model_dump_json()), (
                    "does not survive the wire"
                )
                self.after = self.aggregate.evolve(self.after, event)

    @property
    def items(self) -> list[Event | Sealed | Forgotten]:
        """What was decided, as it was; fails for a refusal."""
        assert not isinstance(self.decision, Refused), self.decision
        return list(self.decision)

    @property
    def events(self) -> list[Event]:
        """The events; fails for a refusal."""
        return [plain(item) for item in self.items]

    def then(self, *events: Event) -> None:
        """Just these events."""
        assert self.events == list(events)

    def then_nothing(self) -> None:
        """A no-op."""
        assert self.events == []

    def then_refused(self, code: str) -> None:
        """A refusal with this code, in both languages."""
        assert isinstance(self.decision, Refused), self.decision
        assert self.decision.code == code
        assert self.decision.th
        assert self.decision.en


def given(aggregate: Aggregate[Any, Any], *events: Event) -> Given:
    """This has happened."""
    return Given(aggregate, events)


def plain(item: Event | Sealed | Forgotten) -> Event:
    """The event itself."""
    return item if isinstance(item, Event) else item.event
