"""Who may do what on the bus: one principal a service, and what each needs; whoever else reads is a subscriber."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.topics import Topic

HEARS: Mapping[str, tuple[str, ...]] = {
    "members": ("members",),
    "funds": ("members", "funds", "otop"),
    "otop": ("members", "otop"),
    "reporting": ("members", "funds", "otop", "reporting"),
}
"""Service → whose events it reads. A test compares it with what its views and reactions say."""

SUBSCRIBER = "subscriber"
"""The principal that every installation begins with for those who read: its groups are `subscriber.…`."""

Kind = Literal["topic", "group", "transactional_id"]
Operation = Literal["read", "write", "describe"]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One ACL that allows something, from any host. `prefixed`: on everything whose name begins with `name`."""

    kind: Kind
    name: str
    operation: Operation
    prefixed: bool = False


def rights_of(service: str, hears: Iterable[str] = ()) -> frozenset[Right]:
    """A service writes its own topic, with its own `transactional.id` and no other; reads it (a relay that takes over looks
    at what is there, `verify` and `republish` too) and what it hears; its groups begin with its name."""
    own = Topic(service).name
    found = {Right("topic", own, "write"), Right("group", f"chumchon.{service}.", "read", prefixed=True)}
    found |= {Right("transactional_id", f"chumchon.{service}.relay", "write")}
    for topic in {own, *(Topic(heard).name for heard in hears)}:
        found |= {Right("topic", topic, "read")}
    return frozenset(found)


def rights_to_read(subscriber: str) -> frozenset[Right]:
    """Whoever subscribes reads every topic of ours and writes none; its groups begin with its name."""
    return frozenset(
        {
            Right("topic", "chumchon.", "read", prefixed=True),
            Right("group", f"{subscriber}.", "read", prefixed=True),
        }
    )
