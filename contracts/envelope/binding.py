"""The envelope on Kafka: CloudEvents 1.0, binary mode, both ways. Reading never trusts; a fault is named by its header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from contracts.envelope.attributes import CONTENT_TYPE, HASHED, SPECVERSION, Envelope, envelope_of


class Unreadable(ValueError):
    """A record that is not one of our events; the text says which part is wrong, never its content."""


_NUMBER = re.compile(r"(0|[1-9][0-9]{0,17})\Z", re.ASCII)
_HEADERS_IN_ORDER = tuple("content-type" if name == "datacontenttype" else f"ce_{name}" for name in HASHED)


def to_headers(envelope: Envelope) -> list[tuple[str, bytes]]:
    """Kafka headers, CloudEvents binary mode: UTF-8 bytes, none null, an absent attribute left out."""
    texts = zip(_HEADERS_IN_ORDER, envelope._texts(), strict=True)
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


_TWO_NUMBERS = re.compile(r"(?:(?:0|[1-9][0-9]{0,17}),){2}\Z", re.ASCII)
_SMALL = {str(n): n for n in range(1_000)}
_KNOWN: set[tuple[str | None, ...]] = set()
"""What was found right once of what is the same in every event of a type: type, source, specversion, content type."""


def from_headers(headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """Read a record back. Raises Unreadable naming the header; a repeated header counts once, the last."""
    headers = tuple(headers)
    # What is right is read in one go, in half the time: consumers live in this function.
    try:
        texts = {name: raw.decode() for name, raw in headers}  # type: ignore[union-attr]  # null raises, and is caught
        get = texts.get
        name, subject, time = texts["ce_type"], texts["ce_subject"], texts["ce_time"]
        dataschema, actor, businessdate = texts["ce_dataschema"], texts["ce_actor"], texts["ce_businessdate"]
        correlationid, identity, digest = texts["ce_correlationid"], texts["ce_id"], texts["ce_sealeddigest"]
        previoushash, own_hash = texts["ce_previoushash"], texts["ce_hash"]
        version, index = _SMALL[texts["ce_streamversion"]], _SMALL[texts["ce_eventindex"]]
        position, previous = texts["ce_position"], texts["ce_previousposition"]
        data = value.decode()  # type: ignore[union-attr]
    except (KeyError, AttributeError, UnicodeDecodeError):
        return _read_with_care(headers, value)
    known = name, get("ce_source"), get("ce_specversion"), get("content-type")
    if (
        known in _KNOWN
        and subject and time and dataschema and actor and businessdate
        and correlationid and identity and digest and previoushash and own_hash
        and _TWO_NUMBERS.match(f"{position},{previous},")
    ):  # fmt: skip
        return envelope_of(
            name, subject, time, dataschema, version, index, actor, businessdate, get("ce_area", ""), correlationid,
            get("ce_causationid", ""), data, previoushash, digest, own_hash, int(position), int(previous),
            get("traceparent", ""), identity,
        )  # fmt: skip
    envelope = _read_with_care(headers, value)
    if len(_KNOWN) < 1_000:  # a stranger who makes types up fills no memory
        _KNOWN.add(known)
    return envelope


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
