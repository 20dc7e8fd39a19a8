"""Funds, their levels, upgrades and records, and the groups that belong to them → counters; and their names. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.fund_levels import SCALES
from contracts.funds import (
    FundEstablished,
    FundKind,
    FundLevelAssessed,
    FundRecordReviewed,
    FundRecordVerified,
    ProducerGroupLinked,
    ProducerGroupUnlinked,
)
from services.chassis.projection import Change, Record, shard


def funds(kind: str) -> str:
    """Funds established."""
    return f"funds.{kind}.established"


def fund_level(kind: str, level: str) -> str:
    """Funds that stand at a level: one more for each assessed so, one fewer for each that left it."""
    return f"funds.{kind}.level.{level}"


def upgraded(kind: str) -> str:
    """Funds upgraded as the KPI counts it (1→2, 2→3). Dimension `fiscal_year`, B.E."""
    return f"funds.{kind}.upgraded"


def reviewed(kind: str) -> str:
    """Funds whose record was reviewed. Dimension `fiscal_year`, B.E."""
    return f"funds.{kind}.reviewed"


def verified(kind: str) -> str:
    """Funds whose reviewed record the province verified; one reviewed again is to be verified again. `fiscal_year`."""
    return f"funds.{kind}.verified"


def linked(kind: str) -> str:
    """Certified producer groups that belong to a fund of this kind."""
    return f"funds.{kind}.groups"


FUNDS = {kind.value: funds(kind) for kind in FundKind}
LEVELS = {
    kind.value: {level.value: fund_level(kind, level) for level in SCALES[kind].levels} for kind in SCALES
}
"""Kind → level, lowest first → measure; a kind without a printed scale is not there."""
UPGRADES = {kind.value: upgraded(kind) for kind in SCALES}
REVIEWED = {kind.value: reviewed(kind) for kind in FundKind}
VERIFIED = {kind.value: verified(kind) for kind in FundKind}
LINKED = {kind.value: linked(kind) for kind in FundKind}


def fund_established(event: FundEstablished, record: Record) -> Iterable[Change]:
    """One fund of its kind more."""
    yield shard(record, FUNDS[event.kind], event.area, event.on)


def fund_assessed(event: FundLevelAssessed, record: Record) -> Iterable[Change]:
    """One fund from its level to another, and an upgrade where the KPI counts it."""
    if event.level != event.was_level:
        yield shard(record, fund_level(event.kind, event.level), event.area, event.on)
        if event.was_level is not None:
            yield shard(record, fund_level(event.kind, event.was_level), event.area, event.on, -1)
    if n := event.counts_as_upgrade - event.takes_back_upgrade:
        yield shard(record, upgraded(event.kind), event.area, event.on, n, fiscal_year=str(event.fiscal_year))


def record_reviewed(event: FundRecordReviewed, record: Record) -> Iterable[Change]:
    """One record more in its fiscal year, once; what had been verified is to be verified again."""
    year = str(event.fiscal_year)
    if event.first_in_fiscal_year:
        yield shard(record, reviewed(event.kind), event.area, event.on, fiscal_year=year)
    if event.was_verified:
        yield shard(record, verified(event.kind), event.area, event.on, -1, fiscal_year=year)


def record_verified(event: FundRecordVerified, record: Record) -> Iterable[Change]:
    """One record more."""
    yield shard(record, verified(event.kind), event.area, event.on, fiscal_year=str(event.fiscal_year))


def group_linked(event: ProducerGroupLinked, record: Record) -> Iterable[Change]:
    """One group more in the fund's village."""
    yield shard(record, linked(event.kind), event.area, event.on)


def group_unlinked(event: ProducerGroupUnlinked, record: Record) -> Iterable[Change]:
    """One group fewer."""
    yield shard(record, linked(event.kind), event.area, event.on, -1)
