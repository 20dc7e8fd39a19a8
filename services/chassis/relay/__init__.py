"""The relay: gives every event of a service its position and sends it to Kafka (ARCHITECTURE §4)."""

from services.chassis.relay.refusals import RelayRefused
from services.chassis.relay.relay import STEPS, Relay, RelayState

__all__ = ["STEPS", "Relay", "RelayRefused", "RelayState"]
