"""What `funds` does when it hears `otop`: a certified producer group is linked to its fund, a revoked one no longer is."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.otop import ProducerCategory, ProducerCertified, RegistrationRevoked
from services.chassis.projection import Order, Reaction, Record
from services.funds.domain.fund import FUND, LinkProducerGroup, UnlinkProducerGroup


def _link(event: ProducerCertified, record: Record) -> Iterator[Order]:  # noqa: ARG001 - every handler has both
    if event.category is ProducerCategory.GROUP and event.fund_id is not None:
        link = LinkProducerGroup(producer_id=event.producer_id, area=event.area, on=event.on)
        yield Order(FUND, event.fund_id, link)


def _unlink(event: RegistrationRevoked, record: Record) -> Iterator[Order]:  # noqa: ARG001 - every handler has both
    if event.fund_id is not None:
        yield Order(FUND, event.fund_id, UnlinkProducerGroup(producer_id=event.producer_id, on=event.on))


PRODUCER_GROUPS = Reaction("funds.producer-groups", {ProducerCertified: _link, RegistrationRevoked: _unlink})

ALL = (PRODUCER_GROUPS,)
