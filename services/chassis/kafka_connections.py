"""aiokafka on uvloop: a connection that was cut says so in the way that aiokafka expects; and what dies in it is seen.

uvloop's transport raises RuntimeError where one writes to it after it was closed; asyncio's own drops the bytes. aiokafka
waits for OSError only, so its background tasks died of it: without its metadata task a consumer that had lost its broker
in that moment waited for ever, heartbeats included, and told nobody (found by `make chaos`, seed 2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError, KafkaError

_WRITING = ("send", "_send_sasl_token")


def mend() -> None:
    """Make writing to a closed transport a KafkaConnectionError, for every connection of this process; once is enough."""
    for name in _WRITING:
        method = getattr(AIOKafkaConnection, name)
        if not hasattr(method, "__wrapped__"):
            setattr(AIOKafkaConnection, name, _mended(method))


def _mended(write: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(write)
    def mended(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return write(self, *args, **kwargs)
        except KafkaError:  # is a RuntimeError as well
            raise
        except RuntimeError as error:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {error}") from error

    return mended


def metadata_died(consumer: Any) -> BaseException | None:
    """What the metadata task of an AIOKafkaConsumer died of, if it did: of its other tasks aiokafka tells by itself."""
    task: asyncio.Task[None] | None = consumer._client._sync_task
    return task.exception() if task is not None and task.done() and not task.cancelled() else None
