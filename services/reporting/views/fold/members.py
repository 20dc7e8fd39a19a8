"""Areas, members, cards, growth targets → counters and facets; and the names of their measures. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.areas import level
from contracts.members import (
    AreaAbolished,
    AreaRegistered,
    AreaRenamed,
    AreaSplit,
    FirstMemberInTambonRegistered,
    GrowthTargetSet,
    MemberCardIssued,
    MembershipConfirmedCurrent,
    MembershipLeft,
    MembershipRegistered,
)
from services.chassis.projection import Change, Record, facet, shard

AREA, AREA_NAME, TARGET, FIRST = "area", "area-name", "growth-target", "first-member"
"""The kinds of facet."""


def current(network: str) -> str:
    """Members: one more for each registered, one fewer for each who left. Dimension `cohort`."""
    return f"members.{network}.current"


def generated(network: str) -> str:
    """Registrations of generated people: where it is not 0, what is shown is an example."""
    return f"members.{network}.generated"


def cards(network: str) -> str:
    """Cards issued."""
    return f"members.{network}.cards"


def confirmations(network: str) -> str:
    """How often an entry was found to be true; the same entry twice is two."""
    return f"members.{network}.confirmations"


def area_registered(event: AreaRegistered, record: Record) -> Iterable[Change]:
    """An area and its level; `assumed` areas are ours, not the official list's."""
    yield facet(
        record,
        AREA,
        event.area,
        level=level(event.area).value,
        name_th=event.name_th,
        name_en=event.name_en,
        assumed=event.assumed,
        valid_from=event.on.isoformat(),
    )


def area_renamed(event: AreaRenamed, record: Record) -> Iterable[Change]:
    """Another name from a day on; the old one stays, for every day before."""
    day = event.on.isoformat()
    subject = f"{event.area}@{day}"
    yield facet(
        record, AREA_NAME, subject, area=event.area, since=day, name_th=event.name_th, name_en=event.name_en
    )


def area_split(event: AreaSplit, record: Record) -> Iterable[Change]:
    """The area goes on with the rest; what it was split into registers itself."""
    kind = level(event.area).value
    yield facet(record, AREA, event.area, level=kind, into=list(event.into), split_on=event.on.isoformat())


def area_abolished(event: AreaAbolished, record: Record) -> Iterable[Change]:
    """`valid_to` is the first day on which it is no more."""
    kind, day = level(event.area).value, event.on.isoformat()
    yield facet(record, AREA, event.area, level=kind, valid_to=day, successor=event.successor)


def membership_registered(event: MembershipRegistered, record: Record) -> Iterable[Change]:
    """One member more."""
    yield shard(record, current(event.network), event.area, event.on, cohort=event.cohort.value)
    if event.generated:
        yield shard(record, generated(event.network), event.area, event.on)


def membership_left(event: MembershipLeft, record: Record) -> Iterable[Change]:
    """One member fewer."""
    yield shard(record, current(event.network), event.area, event.on, -1, cohort=event.cohort.value)


def card_issued(event: MemberCardIssued, record: Record) -> Iterable[Change]:
    """One card more."""
    yield shard(record, cards(event.network), event.area, event.on)


def confirmed_current(event: MembershipConfirmedCurrent, record: Record) -> Iterable[Change]:
    """One confirmation more."""
    yield shard(record, confirmations(event.network), event.area, event.on)


def growth_target_set(event: GrowthTargetSet, record: Record) -> Iterable[Change]:
    """A target; an earlier one stays, because until `on` it was the one in force."""
    day = event.on.isoformat()
    yield facet(
        record,
        TARGET,
        f"{event.area}/{event.network}/{event.fiscal_year}@{day}",
        area=event.area,
        network=event.network.value,
        fiscal_year=event.fiscal_year,
        set_on=day,
        base_value=event.base_value,
        base_date=event.base_date.isoformat(),
        percent=event.percent,
        target=event.target,
    )


def first_member(event: FirstMemberInTambonRegistered, record: Record) -> Iterable[Change]:
    """When a tambon had its first member."""
    subject = f"{event.area}/{event.network}"
    yield facet(record, FIRST, subject, area=event.area, network=event.network.value, on=event.on.isoformat())
