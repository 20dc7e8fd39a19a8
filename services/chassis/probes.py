"""What /ready asks: MongoDB's primary, a Kafka broker, the relay, each consumer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from services.chassis.bootstrap import Bootstrap
from services.chassis.consumer import Consumer
from services.chassis.http import Check
from services.chassis.mongo import Client
from services.chassis.relay import Relay


def mongo_check(client: Client) -> Check:
    """Ready when a primary answers a ping."""

    async def check() -> tuple[bool, str]:
        await client.admin.command("ping")
        return True, "a primary answers"

    return check


@asynccontextmanager
async def kafka_check(bootstrap: Bootstrap) -> AsyncIterator[Check]:
    """Ready when a broker answers a metadata request. One connection, made when first asked and anew after a failure."""
    client: AIOKafkaClient | None = None

    async def close() -> None:
        nonlocal client
        if client is not None:
            closing, client = client, None
            await closing.close()

    async def check() -> tuple[bool, str]:
        nonlocal client
        try:
            if client is None:
                client = AIOKafkaClient(**bootstrap.aiokafka())
                await client.bootstrap()
            cluster = await client.fetch_all_metadata()
        except (KafkaError, OSError) as error:
            await close()
            return False, type(error).__name__
        return True, f"{len(cluster.brokers())} broker(s)"

    try:
        yield check
    finally:
        await close()


def relay_check(relay: Relay) -> Check:
    """Ready while it leads or stands by without trouble."""

    async def check() -> tuple[bool, str]:
        state = relay.state()
        told = f"{state.role}, epoch {state.epoch}, position {state.position}, {state.outbox_depth} waiting"
        return state.role in (
            "leader",
            "standby",
        ) and not state.last_error, f"{told} {state.last_error}".strip()

    return check


def consumer_check(consumer: Consumer, *, alone: bool = True) -> Check:
    """Ready while it consumes without trouble; lag alone makes nobody unready. One that is halted says so, and where there
    is an API in its process (it is not `alone`) that stays ready: its callers must not pay for one view."""

    async def check() -> tuple[bool, str]:
        state = consumer.state()
        if (halt := state.halted) is not None:
            return not alone, f"HALTED ({halt.why}) at {halt}. {halt.remedy}"
        told = f"version {state.version}, {len(state.assigned)} partitions, lag {sum(state.lag.values())}"
        if state.dead_letters:
            told += f", {state.dead_letters} dead letters"
        return state.ready, f"{told} {state.last_error}".strip()

    return check
