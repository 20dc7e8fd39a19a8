"""Why a consumer comes down, said without repeating any data."""

from __future__ import annotations

from services.chassis.consumer.reading import why


class ConsumerDied(Exception):
    """A consumer cannot go on, and it is no record's fault; the text is the reason. Its service has to come down."""


class GiveBack(Exception):
    """The batch is not applied: Kafka has to give it again."""


def told(error: BaseException) -> str:
    """What happened. Exceptions of ours quote nothing and may speak; of others only kind and place are told."""
    if type(error).__module__.startswith("services."):
        return str(error)
    return why(error)
