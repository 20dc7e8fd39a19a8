"""What `funds` orders when `otop` speaks: only a group with a fund is anybody's business here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.envelope import GENESIS, envelopes
from contracts.funds import FundKind
from contracts.otop import DistrictOpinion, ProducerCategory, ProducerCertified, RegistrationRevoked
from services.chassis.projection import Order, Record
from services.funds.domain.fund import FUND, LinkProducerGroup, UnlinkProducerGroup, fund_stream
from services.funds.reactions import PRODUCER_GROUPS
from services.otop.domain.producer import producer_stream

DAY = date(2022, 4, 1)
FUND_ID = fund_stream(FundKind.POVERTY, "51010101", 1)
PRODUCER_ID = producer_stream("510101", "1")
SAME: dict[str, Any] = {"area": "510101", "on": DAY, "producer_id": PRODUCER_ID, "registration_number": "1"}


def orders(event: ProducerCertified | RegistrationRevoked) -> list[Order]:
    [envelope] = envelopes(
        subject=PRODUCER_ID, version=1, previoushash=GENESIS, recorded_at=datetime.now(UTC), actor="a",
        correlationid="c", causationid="", traceparent="", events=[(event, GENESIS)],
    )  # fmt: skip
    return PRODUCER_GROUPS.orders(Record(envelope, event, "chumchon.otop.events.v1", 0))


def certified(category: ProducerCategory, fund_id: str | None) -> ProducerCertified:
    return ProducerCertified(
        category=category, announced_on=DAY, district=DistrictOpinion.AGREED, fund_id=fund_id, **SAME
    )


def revoked(fund_id: str | None) -> RegistrationRevoked:
    return RegistrationRevoked(
        category=ProducerCategory.GROUP, order="1", reasons=("r",), fund_id=fund_id, **SAME
    )


def test_a_certified_group_with_a_fund_is_to_be_linked_and_a_revoked_one_unlinked():
    link = LinkProducerGroup(producer_id=PRODUCER_ID, area="510101", on=DAY)
    assert orders(certified(ProducerCategory.GROUP, FUND_ID)) == [Order(FUND, FUND_ID, link)]
    unlink = UnlinkProducerGroup(producer_id=PRODUCER_ID, on=DAY)
    assert orders(revoked(FUND_ID)) == [Order(FUND, FUND_ID, unlink)]


@pytest.mark.parametrize(
    "event",
    [
        certified(ProducerCategory.GROUP, None),
        certified(ProducerCategory.SME, FUND_ID),
        certified(ProducerCategory.SINGLE_OWNER, None),
        revoked(None),
    ],
)
def test_nothing_else_concerns_a_fund(event):
    assert orders(event) == []


def test_it_hears_the_topic_of_otop_alone_under_its_name_for_ever():
    assert (PRODUCER_GROUPS.topics, PRODUCER_GROUPS.name) == (
        ("chumchon.otop.events.v1",), "funds.producer-groups",
    )  # fmt: skip
