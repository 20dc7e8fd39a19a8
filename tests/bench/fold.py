"""What an event costs to read and fold in memory, in a long log over a short one: 1 when it does not grow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from services.chassis.consumer.folding import Fold
from services.chassis.consumer.reading import Damaged, read
from services.chassis.projection import Change, Record
from services.chassis.read_models import InMemoryReadModels
from services.chassis.relay.rounds import BEFORE_THE_FIRST, Outgoing, next_round, outgoing
from services.reporting.views import BOARD
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import RECORDED, memberships
from tests.bench.site import Site

BATCH = 10_000
TOPIC = "chumchon.members.events.v1"


@dataclass(frozen=True, slots=True)
class _Content:
    """A record as the consumer reads it."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = field(default_factory=list)


async def measure(site: Site) -> list[Figure]:
    """The ratio of the two costs, and the cost in a short log."""
    short, long = site.scale.folded
    documents = [commit.document for commit in memberships(site.scale.backlog)][:BATCH]
    found = next_round(BEFORE_THE_FIRST, documents, now=RECORDED, epoch=1)
    records = list(outgoing(BEFORE_THE_FIRST, found, documents))

    async def cost_short() -> float:
        return _cost(records, short)

    async def cost_long() -> float:
        return _cost(records, long)

    costs = await interleaved(site.scale.repetitions, {"short": cost_short, "long": cost_long}, warm_up=False)
    note = f"cost of an event at {long:,} over {short:,}, in memory, the board's projection"
    return [
        ratio("fold_cost_ratio", costs["long"], costs["short"], goal="≤ 1.1", note=note),
        Figure(
            "fold_us_per_event",
            tuple(1e6 * cost for cost in costs["short"]),
            "µs",
            note="read, parse, project, fold",
        ),
    ]


def _cost(records: Sequence[Outgoing], events: int) -> float:
    """Seconds an event, over so many: the same records again and again, batch by batch into read models in memory."""
    models = InMemoryReadModels()
    contents = [_Content(one.key, one.value, one.headers) for one in records]
    done, begun = 0, perf_counter()
    while done < events:
        fold = Fold()
        batch = contents[: min(BATCH, events - done)]
        for one, content in zip(records, batch, strict=False):
            envelope = read(content)
            assert not isinstance(envelope, Damaged)
            event = envelope.parsed()
            assert event is not None
            fold.add(BOARD.changes(Record(envelope, event, TOPIC, one.partition)))
        models.apply(
            Change(collection, folded.key, inc=folded.inc, set=folded.set)
            for collection, _, folded in fold.folded()
        )
        done += len(batch)
    return (perf_counter() - begun) / events
