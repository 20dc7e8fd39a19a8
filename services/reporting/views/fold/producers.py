"""Producers by stage, from the application to the end of the registration → counters; and their names. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from contracts.otop import (
    AppealDismissed,
    AppealFiled,
    AppealUpheld,
    ApplicationReturned,
    DistrictAgreed,
    DistrictNotAgreed,
    DistrictOpinion,
    ProducerApplied,
    ProducerCategory,
    ProducerCertified,
    RegistrationRefused,
    RegistrationRevoked,
)
from services.chassis.projection import Change, Record, shard


def producers(category: str) -> str:
    """Producers that applied to be registered."""
    return f"producers.{category}.applied"


class Stage(StrEnum):
    """Where a producer stands; each stands in one, so that the stages add up to those who applied."""

    APPLIED = "applied"
    """With the district: no opinion yet."""
    AGREED = "agreed"
    NOT_AGREED = "not-agreed"
    """With the province, with the district's opinion."""
    CERTIFIED = "certified"
    REFUSED = "refused"
    REVOKED = "revoked"


def stage(name: str) -> str:
    """Producers at a stage. Dimension `category`."""
    return f"producers.stage.{name}"


APPEALS = "producers.appeals.open"
"""Refused producers whose appeal the Governor has not decided. Dimension `category`."""

STAGES = {name.value: stage(name) for name in Stage}
_OPINIONS = {
    DistrictOpinion.NONE: Stage.APPLIED,
    DistrictOpinion.AGREED: Stage.AGREED,
    DistrictOpinion.NOT_AGREED: Stage.NOT_AGREED,
}
PRODUCERS = {category.value: producers(category) for category in ProducerCategory}


def producer_applied(event: ProducerApplied, record: Record) -> Iterable[Change]:
    """One producer of its category more, with the district."""
    yield shard(record, PRODUCERS[event.category], event.area, event.on)
    yield _staged(event, record, Stage.APPLIED)


def district_said(event: DistrictAgreed | DistrictNotAgreed, record: Record) -> Iterable[Change]:
    """From the district to the province, or its opinion changed."""
    now = Stage.AGREED if isinstance(event, DistrictAgreed) else Stage.NOT_AGREED
    yield from _moved(event, record, _OPINIONS[event.was], now)


def application_returned(event: ApplicationReturned, record: Record) -> Iterable[Change]:
    """Back to the beginning: what the district said of an incomplete request is void."""
    yield from _moved(event, record, _OPINIONS[event.was], Stage.APPLIED)


def producer_certified(event: ProducerCertified, record: Record) -> Iterable[Change]:
    """Registered; on appeal it comes from the refused."""
    was = Stage.REFUSED if event.on_appeal else _OPINIONS[event.district]
    yield from _moved(event, record, was, Stage.CERTIFIED)


def registration_refused(event: RegistrationRefused, record: Record) -> Iterable[Change]:
    """Refused; whether an appeal is still possible depends on the day."""
    yield from _moved(event, record, _OPINIONS[event.district], Stage.REFUSED)


def appeal_filed(event: AppealFiled, record: Record) -> Iterable[Change]:
    """One appeal open."""
    yield shard(record, APPEALS, event.area, event.on, category=event.category.value)


def appeal_decided(event: AppealUpheld | AppealDismissed, record: Record) -> Iterable[Change]:
    """One appeal fewer open; an upheld one is followed by the certificate."""
    yield shard(record, APPEALS, event.area, event.on, -1, category=event.category.value)


def registration_revoked(event: RegistrationRevoked, record: Record) -> Iterable[Change]:
    """No longer registered."""
    yield from _moved(event, record, Stage.CERTIFIED, Stage.REVOKED)


Staged = (
    ProducerApplied
    | ApplicationReturned
    | DistrictAgreed
    | DistrictNotAgreed
    | ProducerCertified
    | RegistrationRefused
    | RegistrationRevoked
)


def _moved(event: Staged, record: Record, was: Stage, now: Stage) -> Iterable[Change]:
    if was is not now:
        yield _staged(event, record, was, -1)
        yield _staged(event, record, now)


def _staged(event: Staged, record: Record, at: Stage, n: int = 1) -> Change:
    return shard(record, stage(at), event.area, event.on, n, category=event.category.value)
