"""The same fold in quixstreams, exactly-once: `python -m tests.bench.project_quix TOPIC SKIP COUNT [grouped]`.

It says how long it took. quixstreams keeps its state by the key of the record. The events are keyed by stream, so that
counting by village is `grouped`: its `group_by` sends a village for each event through a topic in between. Without it
the topic must be one that somebody has keyed by village. It takes a checkpoint every 10,000 messages, as often as our
consumer when it is behind; the clock starts after SKIP messages that were counted.
"""

from __future__ import annotations

import sys
import tempfile
from time import perf_counter
from typing import Any
from uuid import uuid4

from quixstreams import Application
from quixstreams.kafka.configuration import ConnectionConfig
from quixstreams.models.serializers import Deserializer

import contracts.catalogue  # noqa: F401 - registers every event type
from contracts.event import Event, event_type
from services.chassis.settings import ADMIN, Settings

BATCH = 10_000


class AsEvent(Deserializer):  # type: ignore[misc]  # its types are not seen where it is not installed
    """The value as its class."""

    def __call__(self, value: bytes, ctx: Any) -> Event:
        """By the header `ce_type`, as the others do it."""
        name = next(raw for header, raw in ctx.headers if header == "ce_type").decode()
        cls = event_type(name)
        assert cls is not None, name
        return cls.model_validate_json(value)


def count(_: object, state: Any) -> None:
    """One member of the village more."""
    state.set("members", state.get("members", 0) + 1)


def village(event: Event) -> str:
    """What is counted by; all that goes through the topic in between."""
    return event.area


def main(name: str, skip: int, counted: int, grouped: str = "") -> None:
    """Run until so many were folded and committed."""
    seen = read = read_before = 0
    begun = 0.0

    def processed(topic: str, _partition: int, _offset: int) -> None:
        """A checkpoint that falls due at a message is taken after this: so the clock is read one message later."""
        nonlocal seen, read, read_before, begun
        if grouped and topic == name:
            read += 1
            return
        seen += 1
        if seen == skip + 1:
            begun, read_before = perf_counter(), read
        elif seen == skip + counted + 1:
            took = perf_counter() - begun
            if (
                grouped
            ):  # it may have read more than it counted meanwhile, or less: half of the work is either
                took *= 2 * counted / (counted + read - read_before)
            print(took, flush=True)
            app.stop()

    with tempfile.TemporaryDirectory(prefix="chumchon-quix-") as folder:
        app = Application(
            ConnectionConfig.from_librdkafka_dict(Settings.from_env().bus(ADMIN).librdkafka()),
            consumer_group=f"quix-{uuid4().hex}",
            auto_offset_reset="earliest",
            processing_guarantee="exactly-once",
            commit_every=BATCH,
            state_dir=folder,
            on_message_processed=processed,
            loglevel="ERROR",
        )
        folded = app.dataframe(app.topic(name, value_deserializer=AsEvent()))
        if grouped:
            folded = folded.apply(village).group_by(key=str, name="village")
        folded.update(count, stateful=True)
        app.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
