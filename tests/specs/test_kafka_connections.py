"""A connection that was cut in the moment of writing is a Kafka error on uvloop too, not the death of a background task."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from services.chassis.kafka_connections import mend


async def cut() -> Any:
    """A connection of aiokafka whose transport is closed, which nobody has noticed yet."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connection: Any = AIOKafkaConnection("127.0.0.1", port)
    connection._reader, connection._writer = await asyncio.open_connection("127.0.0.1", port)
    connection._read_task = asyncio.create_task(asyncio.sleep(60))
    connection._versions = {3: (0, 5)}
    connection._writer.transport.abort()
    await asyncio.sleep(0.05)
    server.close()
    return connection


def test_writing_to_a_connection_that_was_cut_is_a_kafka_error_and_closes_it():
    async def write() -> None:
        connection = await cut()
        with pytest.raises(KafkaConnectionError):
            await connection.send(MetadataRequest([]))
        assert not connection.connected()

    mend()
    mend()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(write())
