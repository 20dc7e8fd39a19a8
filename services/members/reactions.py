"""What `members` does when it hears an event: a registration tells its tambon."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.members import MembershipRegistered
from services.chassis.projection import Order, Reaction, Record
from services.members.domain.tambon_reach import TAMBON_REACH, NoteMember, reach_stream


def _tell_the_tambon(event: MembershipRegistered, record: Record) -> Iterator[Order]:  # noqa: ARG001 - every handler has both
    tambon = event.area[:6]
    if len(tambon) == 6:
        note = NoteMember(
            network=event.network, tambon=tambon, membership_id=event.membership_id, on=event.on
        )
        yield Order(TAMBON_REACH, reach_stream(event.network, tambon), note)


TAMBON_HEARS = Reaction("members.tambon-reach", {MembershipRegistered: _tell_the_tambon})

ALL = (TAMBON_HEARS,)
