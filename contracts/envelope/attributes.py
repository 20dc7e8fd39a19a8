"""The envelope of an event: its attributes, and the hash chain over them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, make_dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError

from contracts.event import Event, event_type
from contracts.ids import event_id

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"
GENESIS = "0" * 64
"""The hash before a stream's first event, and the digest of "no sealed part"."""

HASHED: tuple[str, ...] = (
    "specversion",
    "id",
    "type",
    "source",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "streamversion",
    "eventindex",
    "actor",
    "businessdate",
    "area",
    "correlationid",
    "causationid",
)
"""The attributes under the hash, in order. Positions and trace are left out: they come later or from outside."""


class Unwritable(ValueError):
    """An event that cannot go on the wire: a text in it holds a lone surrogate, which has no UTF-8."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it stands in a stream, with `data` as the very JSON text that goes on the wire.

    `position` and `previousposition` are 0 until the relay has published it; `previousposition` is the position
    before this one in its partition. Absent optional attributes are the empty string.
    """

    type: str
    subject: str
    time: str
    dataschema: str
    streamversion: int
    eventindex: int
    actor: str
    businessdate: str
    area: str
    correlationid: str
    causationid: str
    data: str
    previoushash: str
    sealeddigest: str = GENESIS
    hash: str = ""
    position: int = 0
    previousposition: int = 0
    traceparent: str = ""
    id: str = ""

    @property
    def source(self) -> str:
        """The service that said it, from the type: `urn:chumchon:<service>`."""
        return "urn:chumchon:" + self.type.split(".", 2)[1]

    def sealed_with(self) -> Envelope:
        """The same envelope with its derived `id` and `hash` filled in."""
        named = replace(self, id=self.id or event_id(self.subject, self.streamversion, self.eventindex))
        return replace(named, hash=named.computed_hash())

    def attributes(self) -> dict[str, str]:
        """The hashed attributes, as text, in the order of `HASHED`."""
        return dict(zip(HASHED, self._texts(), strict=True))

    def _texts(self) -> tuple[str, ...]:
        """In the order of `HASHED`."""
        return (
            SPECVERSION,
            self.id,
            self.type,
            self.source,
            self.subject,
            self.time,
            CONTENT_TYPE,
            self.dataschema,
            str(self.streamversion),
            str(self.eventindex),
            self.actor,
            self.businessdate,
            self.area,
            self.correlationid,
            self.causationid,
        )

    def computed_hash(self) -> str:
        """sha256(previous hash, attributes, data, sealed digest), each as 4-byte length and UTF-8 bytes; hex."""
        return chain_hash((self.previoushash, *self._texts(), self.data, self.sealeddigest))

    def parsed(self) -> Event | None:
        """The data as its class, or None for a type that this code does not know. Raises pydantic's ValidationError."""
        cls = event_type(self.type)
        return None if cls is None else cls.model_validate_json(self.data)


# A frozen dataclass sets its fields one call each, which takes seven times as long as plain assignment. So an envelope
# is filled open and then closed: the two classes have the same slots.
_Open: Any = make_dataclass("_Open", [one.name for one in fields(Envelope)], slots=True)


def envelope_of(*values: str | int) -> Envelope:
    """An envelope from all its fields, in order."""
    made = _Open(*values)
    made.__class__ = Envelope
    return made  # type: ignore[no-any-return]


_LENGTHS = tuple(length.to_bytes(4, "big") for length in range(1024))


def chain_hash(fields: Iterable[str]) -> str:
    """sha256 over the fields, each as a 4-byte big-endian length and its UTF-8 bytes; hex. Raises Unwritable."""
    framed: list[bytes] = []
    add, lengths = framed.append, _LENGTHS
    try:
        for text in fields:
            raw = text.encode()
            length = len(raw)
            add(lengths[length] if length < 1024 else length.to_bytes(4, "big"))
            add(raw)
    except UnicodeEncodeError:
        raise Unwritable("a field under the hash holds a lone surrogate") from None
    return hashlib.sha256(b"".join(framed)).hexdigest()


def timestamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`; MongoDB keeps no more than milliseconds."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def envelopes(
    *,
    subject: str,
    version: int,
    previoushash: str,
    recorded_at: datetime,
    actor: str,
    correlationid: str,
    causationid: str,
    traceparent: str,
    events: Sequence[tuple[Event, str]],
) -> list[Envelope]:
    """The envelopes of one commit: `events` are (event, sealed digest or GENESIS), chained from `previoushash`.

    Raises Unwritable.
    """
    made: list[Envelope] = []
    time = timestamp(recorded_at)
    for index, (event, sealeddigest) in enumerate(events):
        identity, businessdate, data = event_id(subject, version, index), event.on.isoformat(), _json(event)
        own_hash = chain_hash(
            (
                previoushash, SPECVERSION, identity, event.type, f"urn:chumchon:{event.service}", subject, time,
                CONTENT_TYPE, event.dataschema, str(version), str(index), actor, businessdate, event.area,
                correlationid, causationid, data, sealeddigest,
            )
        )  # fmt: skip
        made.append(
            envelope_of(
                event.type, subject, time, event.dataschema, version, index, actor, businessdate, event.area,
                correlationid, causationid, data, previoushash, sealeddigest, own_hash, 0, 0, traceparent, identity,
            )
        )  # fmt: skip
        previoushash = own_hash
    return made


def _json(event: Event) -> str:
    try:
        return event.model_dump_json()
    except PydanticSerializationError as error:
        raise Unwritable(f"the data of {event.type} cannot be written as UTF-8 JSON") from error
