"""The query views of `members`: its memberships by area, without personal data."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.members import (
    MemberCardIssued,
    MembershipApplied,
    MembershipConfirmedCurrent,
    MembershipLeft,
    MembershipRegistered,
)
from services.chassis.projection import Change, Projection, Record, facet


def _applied(event: MembershipApplied, record: Record) -> Iterator[Change]:
    yield facet(
        record,
        "membership",
        event.membership_id,
        status="applied",
        network=event.network,
        area=event.area,
        person_id=event.person_id,
        applied_on=event.on.isoformat(),
        generated=event.generated,
        cohort=None,
        registered_on=None,
        card_issued_on=None,
        confirmed_on=None,
        left_on=None,
    )


def _registered(event: MembershipRegistered, record: Record) -> Iterator[Change]:
    yield facet(
        record,
        "membership",
        event.membership_id,
        status="registered",
        cohort=event.cohort,
        registered_on=event.on.isoformat(),
    )


def _carded(event: MemberCardIssued, record: Record) -> Iterator[Change]:
    yield facet(record, "membership", event.membership_id, card_issued_on=event.on.isoformat())


def _confirmed(event: MembershipConfirmedCurrent, record: Record) -> Iterator[Change]:
    yield facet(record, "membership", event.membership_id, confirmed_on=event.on.isoformat())


def _left(event: MembershipLeft, record: Record) -> Iterator[Change]:
    yield facet(record, "membership", event.membership_id, status="left", left_on=event.on.isoformat())


REGISTER = Projection(
    "members.register",
    {
        MembershipApplied: _applied,
        MembershipRegistered: _registered,
        MemberCardIssued: _carded,
        MembershipConfirmedCurrent: _confirmed,
        MembershipLeft: _left,
    },
    indexes={"facets": (("kind", "area", "subject"),)},
)
