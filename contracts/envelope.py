"""The CloudEvents envelope: its attributes, the hash chain over them, and Kafka's binary mode both ways."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

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


class Unreadable(ValueError):
    """A record that is not one of our events; the text says which part is wrong, never its content."""


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
        name = self.id or str(event_id(self.subject, self.streamversion, self.eventindex))
        fields = (self.previoushash, *self._texts(name), self.data, self.sealeddigest)
        return replace(self, id=name, hash=chain_hash(fields))

    def attributes(self) -> dict[str, str]:
        """The hashed attributes, as text, in the order of `HASHED`."""
        return dict(zip(HASHED, self._texts(self.id), strict=True))

    def _texts(self, name: str) -> tuple[str, ...]:
        """In the order of `HASHED`, as if `name` were the id."""
        return (
            SPECVERSION,
            name,
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
        return chain_hash((self.previoushash, *self._texts(self.id), self.data, self.sealeddigest))

    def parsed(self) -> Event | None:
        """The data as its class, or None for a type that this code does not know. Raises pydantic's ValidationError."""
        cls = event_type(self.type)
        return None if cls is None else cls.model_validate_json(self.data)


def chain_hash(fields: Iterable[str]) -> str:
    """sha256 over the fields, each as a 4-byte big-endian length and its UTF-8 bytes; hex. Raises Unwritable."""
    framed: list[bytes] = []
    try:
        for text in fields:
            raw = text.encode()
            framed += (len(raw).to_bytes(4, "big"), raw)
    except UnicodeEncodeError:
        raise Unwritable("a field under the hash holds a lone surrogate") from None
    return hashlib.sha256(b"".join(framed)).hexdigest()


def timestamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`; MongoDB keeps no more than milliseconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


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
            data=_json(event),
            previoushash=previoushash,
            sealeddigest=sealeddigest,
            traceparent=traceparent,
        ).sealed_with()
        previoushash = envelope.hash
        made.append(envelope)
    return made


def _json(event: Event) -> str:
    try:
        return event.model_dump_json()
    except PydanticSerializationError as error:
        raise Unwritable(f"the data of {event.type} cannot be written as UTF-8 JSON") from error


_NUMBER = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)
_HEADERS_IN_ORDER = tuple("content-type" if name == "datacontenttype" else f"ce_{name}" for name in HASHED)


def to_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Kafka headers, CloudEvents binary mode: UTF-8 bytes, none null, an absent attribute left out."""
    texts = zip(_HEADERS_IN_ORDER, envelope._texts(envelope.id), strict=True)
    headers = [(name, text.encode()) for name, text in texts if text]
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


_FOUR_NUMBERS = re.compile(r"(?:(?:0|[1-9][0-9]{0,17}),){4}\Z", re.ASCII)


def from_headers(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """Read a record back. Raises Unreadable naming the header; a repeated header counts once, the last."""
    headers = tuple(headers)
    # What is right is read in one go, a third faster: consumers live in this function.
    try:
        texts = {name: raw.decode() for name, raw in headers}  # type: ignore[union-attr]  # null raises, and is caught
        get = texts.get
        name, subject, time = texts["ce_type"], texts["ce_subject"], texts["ce_time"]
        dataschema, actor, businessdate = texts["ce_dataschema"], texts["ce_actor"], texts["ce_businessdate"]
        correlationid, identity, digest = texts["ce_correlationid"], texts["ce_id"], texts["ce_sealeddigest"]
        previoushash, own_hash = texts["ce_previoushash"], texts["ce_hash"]
        version, index = texts["ce_streamversion"], texts["ce_eventindex"]
        position, previous = texts["ce_position"], texts["ce_previousposition"]
        data = value.decode()  # type: ignore[union-attr]
        service = name.split(".")[1]
    except (KeyError, IndexError, AttributeError, UnicodeDecodeError):
        return _read_with_care(headers, value)
    if (
        get("ce_specversion") == SPECVERSION
        and get("content-type") == CONTENT_TYPE
        and get("ce_source") == "urn:chumchon:" + service
        and name.count(".") == 3
        and subject and time and dataschema and actor and businessdate
        and correlationid and identity and digest and previoushash and own_hash
        and _FOUR_NUMBERS.match(f"{version},{index},{position},{previous},")
    ):  # fmt: skip
        return Envelope(
            name, subject, time, dataschema, int(version), int(index), actor, businessdate, get("ce_area", ""),
            correlationid, get("ce_causationid", ""), data, previoushash, digest, own_hash, int(position),
            int(previous), get("traceparent", ""), identity,
        )  # fmt: skip
    return _read_with_care(headers, value)


def _read_with_care(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """The same step by step, to tell which part is wrong."""
    texts: dict[str, str] = {}
    for name, raw in headers:
        if raw is None:
            raise Unreadable(f"header {name} is null")
        try:
            texts[name] = raw.decode()
        except UnicodeDecodeError:
            raise Unreadable(f"header {name} is not UTF-8") from None
    if value is None:
        raise Unreadable("the value is null")
    try:
        data = value.decode()
    except UnicodeDecodeError:
        raise Unreadable("the value is not UTF-8") from None
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
        data=data,
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
    if texts.get("ce_source") != envelope.source:  # it is under the hash, and we keep only the type
        raise Unreadable("header ce_source is not the service of ce_type")
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


def business_date(envelope: Envelope) -> date:
    """The business date of an envelope; raises Unreadable."""
    try:
        day = date.fromisoformat(envelope.businessdate)
    except ValueError:
        day = None
    # fromisoformat also takes 20220801 and 2022-W31-1
    if day is None or day.isoformat() != envelope.businessdate:
        raise Unreadable("header ce_businessdate is not a date")
    return day
