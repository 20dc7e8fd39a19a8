"""The same fold in quixstreams, exactly-once: `python -m tests.bench.project_quix TOPIC SKIP COUNT` says how long it took.

quixstreams keeps its state by the key of the record, so its topic has the same events keyed by village: counting ours
by village would send each through a topic in between (its `group_by`), at about half the speed. It takes a checkpoint
every 10,000 messages, as often as our consumer when it is behind; the clock starts after SKIP messages.
"""

from __future__ import annotations

import sys
import tempfile
from time import perf_counter
from typing import Any
from uuid import uuid4

from quixstreams import Application
from quixstreams.models.serializers import Deserializer

import contracts.catalogue  # noqa: F401 - registers every event type
from contracts.event import Event, event_type
from services.chassis.settings import Settings

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


def main(name: str, skip: int, counted: int) -> None:
    """Run until so many were folded and committed."""
    seen, begun = 0, 0.0

    def processed(_topic: str, _partition: int, _offset: int) -> None:
        """A checkpoint that falls due at a message is taken after this: so the clock is read one message later."""
        nonlocal seen, begun
        seen += 1
        if seen == skip + 1:
            begun = perf_counter()
        elif seen == skip + counted + 1:
            print(perf_counter() - begun, flush=True)
            app.stop()

    with tempfile.TemporaryDirectory(prefix="chumchon-quix-") as folder:
        app = Application(
            Settings.from_env().kafka,
            consumer_group=f"quix-{uuid4().hex}",
            auto_offset_reset="earliest",
            processing_guarantee="exactly-once",
            commit_every=BATCH,
            state_dir=folder,
            on_message_processed=processed,
            loglevel="ERROR",
        )
        folded = app.dataframe(app.topic(name, value_deserializer=AsEvent()))
        folded.update(count, stateful=True)
        app.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
