"""A tambon's first member: expansion goes to tambons that have none (seed 000 §4.1(3), เน้นตำบลที่ยังไม่มีสมาชิก)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.areas import AreaCode
from contracts.ids import stream_id
from contracts.members import FirstMemberInTambonRegistered, Network
from services.chassis.decider import Aggregate, Command, Decision


class NoteMember(Command):
    """Note a registration in the tambon; only the first one is a fact."""

    network: Network
    tambon: AreaCode
    membership_id: str
    on: date


@dataclass(frozen=True, slots=True)
class TambonReach:
    """Whether the tambon has ever had a member."""

    tambon: str = ""


def reach_stream(network: Network, tambon: str) -> str:
    """One a network and tambon."""
    return stream_id("tambon-reach", network, tambon)


def decide(command: NoteMember, state: TambonReach) -> Decision:
    """The first registration that is *recorded*: an older one typed in later does not take its place."""
    if state.tambon:
        return []
    return [
        FirstMemberInTambonRegistered(
            area=command.tambon, on=command.on, network=command.network, membership_id=command.membership_id
        )
    ]


def evolve(state: TambonReach, event: FirstMemberInTambonRegistered) -> TambonReach:  # noqa: ARG001 - every decider has both
    """The tambon after the event."""
    return TambonReach(event.area)


TAMBON_REACH = Aggregate(
    name="tambon-reach",
    initial=TambonReach(),
    decide=decide,
    evolve=evolve,
    events=frozenset({FirstMemberInTambonRegistered}),
    area=lambda reach: reach.tambon,
    settled=lambda _, reach: bool(reach.tambon),  # the first one stays the first
)
