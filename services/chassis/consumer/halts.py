"""Why a view stops at a record, in words that name the record and what helps; and the exception that carries it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.chassis.checkpoints import Source
from services.chassis.consumer.reading import Raw


class Why(StrEnum):
    """What is wrong. The values are stable: programs read them."""

    POSITION_TWICE = "position-twice"
    HASH_WRONG = "hash-wrong"
    NOT_ITS_SERVICE = "not-its-service"
    NO_KEY = "no-key"
    HOLE = "hole"
    TOO_MANY = "too-many-broken"
    REFUSED = "refused-for-good"
    REBUILDING = "rebuilding"


VERIFY = (
    "`chumchon verify {service}` names the record that is not of the log. Leave it out with `chumchon skip`, or write the "
    "topic again with `chumchon republish` and then `chumchon resume`: docs/runbook.md."
)
CODE = "Mend the code: a new version of the view is built beside this one. Or leave the record out with `chumchon skip`."

_REMEDIES: dict[Why, str] = {
    Why.POSITION_TWICE: VERIFY,
    Why.HASH_WRONG: VERIFY,
    Why.NOT_ITS_SERVICE: VERIFY,
    Why.NO_KEY: VERIFY,
    Why.HOLE: VERIFY,
    Why.TOO_MANY: CODE,
    Why.REFUSED: CODE,
    Why.REBUILDING: "If this stays after the command has ended, it was interrupted: `chumchon resume --rebuild` completes it.",
}


@dataclass(frozen=True, slots=True)
class Halt:
    """Where a view stands still, and why. `offset` and `position` are -1 and 0, `event_id` is "" where there is none."""

    why: Why
    source: Source
    offset: int
    position: int
    event_id: str
    text: str

    @property
    def record(self) -> str:
        """`topic/partition/offset`, as `chumchon skip` takes it."""
        return f"{self.source[0]}/{self.source[1]}/{self.offset}"

    @property
    def remedy(self) -> str:
        """What helps."""
        topic = self.source[0].split(".")
        return _REMEDIES[self.why].replace("{service}", topic[1] if len(topic) > 1 else "SERVICE")

    def __str__(self) -> str:
        event = f" (event {self.event_id})" if self.event_id else ""
        return f"record {self.record}{event}: {self.text}"

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "why": self.why.value,
            "topic": self.source[0],
            "partition": self.source[1],
            "offset": self.offset,
            "position": self.position,
            "event_id": self.event_id,
            "text": self.text,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Halt:
        """From how it is kept."""
        source = (document["topic"], document["partition"])
        rest = (document[name] for name in ("offset", "position", "event_id", "text"))
        return cls(Why(document["why"]), source, *rest)


class Halted(Exception):
    """The view cannot go on without harm: it halts, and nothing else does. `kept`: this was written down before."""

    def __init__(self, halt: Halt, *, kept: bool = False) -> None:
        super().__init__(str(halt))
        self.halt = halt
        self.kept = kept


def halted(why: Why, raw: Raw, text: str, *, position: int | None = 0, event_id: str = "") -> Halted:
    """At a record. The text quotes nothing but ids, hashes and numbers."""
    event_id = event_id if _ID.fullmatch(event_id) else ""  # a stranger's header may say anything
    return Halted(Halt(why, (raw.topic, raw.partition), raw.offset, position or 0, event_id, text))


_ID = re.compile(r"[0-9a-f-]{36}", re.ASCII)
