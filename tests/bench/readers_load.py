"""Readers in a process of their own: `python -m tests.bench.readers_load PORT`, then orders as JSON lines on stdin.

`{"path", "connections", "seconds"}` reads one page again and again; the answer is `{"answered", "seconds", "statuses"}`.
`{"path", "listeners"}` opens event streams and answers `{"listening"}`; the next line, whatever it says, is answered with
`{"heard"}`, how many changes each of them has heard on average.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import uvloop

from tests.bench.http_load import Connection

EVENT = b"event: board"
AT_ONCE = 50
"""Listeners that come at the same moment."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The same GET for ever."""

    port: int
    path: str

    def next(self) -> bytes:
        """The next request."""
        return f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode()


class Listening(asyncio.Protocol):
    """One open event stream; counts the changes that come."""

    def __init__(self, reads: Reads, opened: asyncio.Future[None]) -> None:
        self.reads, self.opened, self.heard = reads, opened, 0
        self._rest = b""
        self._transport: Any = None  # uvloop's is no asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport = transport
        self._transport.write(self.reads.next())

    def data_received(self, data: bytes) -> None:
        """Count, also an event whose name came in two pieces."""
        received = self._rest + data
        if not self.opened.done():
            if not received.startswith(b"HTTP/1.1 200"):
                self.opened.set_exception(ConnectionError(received[:40].decode("latin-1")))
                return
            self.opened.set_result(None)
        self.heard += received.count(EVENT)
        self._rest = received[1 - len(EVENT) :]


async def main(port: int) -> None:
    """Follow orders until stdin ends."""
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        order = json.loads(line)
        reads = Reads(port, order["path"])
        if "listeners" in order:
            await _listen(reads, order["listeners"], lines)
        else:
            print(json.dumps(await _read(reads, order["connections"], order["seconds"])), flush=True)


async def _read(reads: Reads, connections: int, seconds: float) -> dict[str, Any]:
    loop, statuses = asyncio.get_running_loop(), Counter[int]()
    made = [
        (await loop.create_connection(lambda: Connection(reads, statuses), "127.0.0.1", reads.port))[1]
        for _ in range(connections)
    ]
    begun = perf_counter()
    ends = [connection.go() for connection in made]
    await asyncio.sleep(seconds)
    for connection in made:
        connection.going = False
    await asyncio.gather(*ends)
    took = perf_counter() - begun
    for connection in made:
        connection.close()
    return {"answered": statuses.total(), "seconds": took, "statuses": statuses}


async def _listen(reads: Reads, number: int, lines: asyncio.StreamReader) -> None:
    loop = asyncio.get_running_loop()
    made: list[tuple[Any, Listening]] = []
    for _ in range(0, number, AT_ONCE):
        some = [Listening(reads, loop.create_future()) for _ in range(AT_ONCE)]
        made += [await loop.create_connection(partial(_the, one), "127.0.0.1", reads.port) for one in some]
        await asyncio.gather(*(one.opened for one in some))
    print(json.dumps({"listening": number}), flush=True)
    await lines.readline()
    print(json.dumps({"heard": sum(one.heard for _, one in made) / number}), flush=True)
    for transport, _ in made:
        transport.close()


def _the(one: Listening) -> Listening:
    return one


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))
