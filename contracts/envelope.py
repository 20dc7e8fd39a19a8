"""The CloudEvents envelope: its attributes, the hash chain over them, and Kafka's binary mode both ways."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

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


class Unreadable(ValueError):
    """A record that is not one of our events; the text says which part is wrong, never its content."""


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
        named = replace(self, id=self.id or str(event_id(self.subject, self.streamversion, self.eventindex)))
        return replace(named, hash=named.computed_hash())

    def attributes(self) -> dict[str, str]:
        """The hashed attributes, as text, in the order of `HASHED`."""
        return {
            "specversion": SPECVERSION,
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": CONTENT_TYPE,
            "dataschema": self.dataschema,
            "streamversion": str(self.streamversion),
            "eventindex": str(self.eventindex),
            "actor": self.actor,
            "businessdate": self.businessdate,
            "area": self.area,
            "correlationid": self.correlationid,
            "causationid": self.causationid,
        }

    def computed_hash(self) -> str:
        """sha256(previous hash, attributes, data, sealed digest), each as 4-byte length and UTF-8 bytes; hex."""
        return chain_hash([self.previoushash, *self.attributes().values(), self.data, self.sealeddigest])

    def parsed(self) -> Event | None:
        """The data as its class, or None for a type that this code does not know. Raises pydantic's ValidationError."""
        cls = event_type(self.type)
        return None if cls is None else cls.model_validate_json(self.data)


def chain_hash(fields: Iterable[str]) -> str:
    """sha256 over the fields, each as a 4-byte big-endian length and its UTF-8 bytes; hex."""
    digest = hashlib.sha256()
    for text in fields:
        raw = text.encode()
        digest.update(len(raw).to_bytes(4, "big"))
        digest.update(raw)
    return digest.hexdigest()


def timestamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`; MongoDB keeps no more than milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


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
    """The envelopes of one commit: `events` are (event, sealed digest or GENESIS), chained from `previoushash`."""
    made: list[Envelope] = []
    for index, (event, sealeddigest) in enumerate(events):
        envelope = Envelope(
            type=event.type,
            subject=subject,
            time=timestamp(recorded_at),
            dataschema=event.dataschema,
            streamversion=version,
            eventindex=index,
            actor=actor,
            businessdate=event.on.isoformat(),
            area=event.area,
            correlationid=correlationid,
            causationid=causationid,
            data=event.model_dump_json(),
            previoushash=previoushash,
            sealeddigest=sealeddigest,
            traceparent=traceparent,
        ).sealed_with()
        previoushash = envelope.hash
        made.append(envelope)
    return made


_NUMBER = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)
_HEADER_NAMES = {name: ("content-type" if name == "datacontenttype" else f"ce_{name}") for name in HASHED}


def to_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Kafka headers, CloudEvents binary mode: UTF-8 bytes, none null, an absent attribute left out."""
    headers = [(_HEADER_NAMES[name], text.encode()) for name, text in envelope.attributes().items() if text]
    headers += [
        ("ce_position", str(envelope.position).encode()),
        ("ce_previousposition", str(envelope.previousposition).encode()),
        ("ce_hash", envelope.hash.encode()),
        ("ce_previoushash", envelope.previoushash.encode()),
        ("ce_sealeddigest", envelope.sealeddigest.encode()),
    ]
    if envelope.traceparent:
        headers.append(("traceparent", envelope.traceparent.encode()))
    return headers


def from_headers(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """Read a record back. Raises Unreadable naming the header; a repeated header counts once, the last."""
    texts: dict[str, str] = {}
    for name, raw in headers:
        if raw is None:
            raise Unreadable(f"header {name} is null")
        texts[name] = _text(raw, f"header {name}")
    if value is None:
        raise Unreadable("the value is null")
    if texts.get("ce_specversion") != SPECVERSION:
        raise Unreadable("header ce_specversion is not 1.0")
    if texts.get("content-type") != CONTENT_TYPE:
        raise Unreadable("header content-type is not application/json")
    envelope = Envelope(
        type=_required(texts, "ce_type"),
        subject=_required(texts, "ce_subject"),
        time=_required(texts, "ce_time"),
        dataschema=_required(texts, "ce_dataschema"),
        streamversion=number(texts, "ce_streamversion"),
        eventindex=number(texts, "ce_eventindex"),
        actor=_required(texts, "ce_actor"),
        businessdate=_required(texts, "ce_businessdate"),
        area=texts.get("ce_area", ""),
        correlationid=_required(texts, "ce_correlationid"),
        causationid=texts.get("ce_causationid", ""),
        data=_text(value, "the value"),
        previoushash=_required(texts, "ce_previoushash"),
        sealeddigest=_required(texts, "ce_sealeddigest"),
        hash=_required(texts, "ce_hash"),
        position=number(texts, "ce_position"),
        previousposition=number(texts, "ce_previousposition"),
        traceparent=texts.get("traceparent", ""),
        id=_required(texts, "ce_id"),
    )
    if envelope.type.count(".") != 3:
        raise Unreadable("header ce_type is not chumchon.<service>.<Name>.v<n>")
    return envelope


def number(texts: Mapping[str, str], name: str) -> int:
    """A header that is a decimal ASCII number from 0; raises Unreadable."""
    text = _required(texts, name)
    if not _NUMBER.match(text):
        raise Unreadable(f"header {name} is not a decimal number")
    return int(text)


def _required(texts: Mapping[str, str], name: str) -> str:
    text = texts.get(name)
    if not text:
        raise Unreadable(f"header {name} is missing")
    return text


def _text(raw: bytes, what: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Unreadable(f"{what} is not UTF-8") from None


def business_date(envelope: Envelope) -> date:
    """The business date of an envelope; raises Unreadable."""
    try:
        return date.fromisoformat(envelope.businessdate)
    except ValueError:
        raise Unreadable("header ce_businessdate is not a date") from None
