"""What an event costs to replay, in a long log over a short one: 1 when it does not grow. From Kafka into MongoDB."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.topics import Topic
from services.chassis.mongo import Client
from services.chassis.relay.rounds import BEFORE_THE_FIRST, next_round, outgoing
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import RECORDED, memberships
from tests.bench.project import PATIENCE, send
from tests.bench.site import Site, said

CHUNK = 20_000
"""Events of one transaction."""


async def measure(site: Site) -> list[Figure]:
    """The ratio of the two costs, and the costs. It is the rebuild of a projection: the product's consumer, from the start."""
    short, long = site.scale.replayed
    async with site.client() as client:
        replays = _Replays(site, client)
        topics = {events: await replays.filled(events) for events in (short, long)}
        costs = await interleaved(
            site.scale.replays,
            {
                "short": lambda: replays.cost(topics[short], short),
                "long": lambda: replays.cost(topics[long], long),
            },
            warm_up=False,  # each is a process of its own
        )
    note = f"cost of an event at {long:,} over {short:,}, rebuilt from Kafka into counters by village"
    return [
        ratio("replay_cost_ratio", costs["long"], costs["short"], goal="≤ 1.1", note=note),
        Figure("replay_short_us", tuple(1e6 * cost for cost in costs["short"]), "µs", note="an event"),
        Figure("replay_long_us", tuple(1e6 * cost for cost in costs["long"]), "µs", note="an event"),
    ]


@dataclass
class _Replays:
    site: Site
    client: Client

    async def filled(self, events: int) -> Topic:
        """A topic with so many: the same commits again and again, each time at new positions."""
        topic = await self.site.topic()
        ready = [one.document for one in memberships(CHUNK)]
        previous = BEFORE_THE_FIRST
        while previous.final < events:
            documents = ready[: events - previous.final]
            found = next_round(previous, documents, now=RECORDED, epoch=1)
            await send(self.site, topic, outgoing(previous, found, documents))
            previous = found
        return topic

    async def cost(self, topic: Topic, events: int) -> float:
        """Seconds an event, from the first batch's commit to the last one's."""
        async with (
            self.site.fresh(self.client) as database,
            self.site.child("tests.bench.project_child", topic.name, database.name) as child,
        ):
            done, begun, first, last = 0, 0.0, 0, 0.0
            while done < events:
                told = (await said(child, PATIENCE)).split()
                if len(told) < 2:  # how many partitions it has
                    continue
                last, done = float(told[0]), done + int(told[1])
                if not begun:
                    begun, first = last, done
        return (last - begun) / (events - first)
