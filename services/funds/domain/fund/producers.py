"""The producer groups of a fund, as `otop` certifies and revokes them. Only reactions send these commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.areas import AreaCode
from contracts.funds import ProducerGroupLinked, ProducerGroupUnlinked
from services.chassis.decider import Command, Decision, Refused
from services.funds.domain.fund.state import Fund


class LinkProducerGroup(Command):
    """ผูกกลุ่มผู้ผลิตกับกองทุน · Link a producer group

    A certified producer group of `area` says that it belongs to the fund.
    """

    producer_id: str
    area: AreaCode
    on: date


class UnlinkProducerGroup(Command):
    """ยกเลิกการผูกกลุ่มผู้ผลิต · Unlink a producer group

    The group's registration was revoked.
    """

    producer_id: str
    on: date


ANOTHER_DISTRICT = Refused(
    "fund-of-another-district",
    "กลุ่มผู้ผลิตและกองทุนอยู่คนละอำเภอ",
    "The producer group and the fund lie in different districts.",
    kind="invalid",
)


def link(command: LinkProducerGroup, fund: Fund) -> Decision:
    """Both lie in one district, the one that knows both of them; linked already is a no-op."""
    if command.area[:4] != fund.area[:4]:
        return ANOTHER_DISTRICT
    if command.producer_id in fund.producers:
        return []
    return [
        ProducerGroupLinked(
            **fund.said(command.on),
            producer_id=command.producer_id,
        )
    ]


def unlink(command: UnlinkProducerGroup, fund: Fund) -> Decision:
    """A group that is not linked (its link was refused, say) is a no-op."""
    if command.producer_id not in fund.producers:
        return []
    return [
        ProducerGroupUnlinked(
            **fund.said(command.on),
            producer_id=command.producer_id,
        )
    ]


def linked(fund: Fund, event: ProducerGroupLinked) -> Fund:
    """The fund after it."""
    return replace(fund, producers=fund.producers | {event.producer_id})


def unlinked(fund: Fund, event: ProducerGroupUnlinked) -> Fund:
    """The fund after it."""
    return replace(fund, producers=fund.producers - {event.producer_id})
