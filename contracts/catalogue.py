"""Importing this module registers every event type; it is what readers of the whole bus import."""

from contracts import funds, members, otop, reporting
from contracts.event import event_type, event_types

__all__ = ["event_type", "event_types", "funds", "members", "otop", "reporting"]
