"""A client in a process of its own: `python -m tests.bench.http_load PORT CONNECTIONS`, then orders as JSON lines on stdin.

The first line is what `Requests` takes. An order is `{"seconds"}`; the answer is one line: how many were answered, in how
long, and which statuses. Written on asyncio's protocols: what it can do is measured too, so that it is not what is
measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from time import perf_counter
from typing import Any, Protocol

import uvloop

from tests.bench.http_request import Requests


class Sends(Protocol):
    """What makes requests."""

    def next(self) -> bytes:
        """The next one."""
        ...


class Connection(asyncio.Protocol):
    """One keep-alive connection: the next request goes when the answer to the last one is whole."""

    def __init__(self, requests: Sends, statuses: Counter[int]) -> None:
        self.requests, self.statuses = requests, statuses
        self.going = False
        self.idle: asyncio.Future[None] | None = None
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport = transport

    def go(self) -> asyncio.Future[None]:
        """Send without a pause until `going` is false; done when the last answer is there."""
        self.going = True
        self.idle = asyncio.get_running_loop().create_future()
        self._transport.write(self.requests.next())
        return self.idle

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole."""
        received = self._received = self._received + data if self._received else data
        head = received.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = received[:head].lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(received) < head + 4 + length:
            return
        self._received = b""
        self.statuses[int(received[9:12])] += 1
        if self.going:
            self._transport.write(self.requests.next())
        elif self.idle is not None and not self.idle.done():
            self.idle.set_result(None)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up is an error of the benchmark."""
        if self.idle is not None and not self.idle.done():
            self.idle.set_exception(exc or ConnectionError("the server closed the connection"))


async def main(port: int, connections: int) -> None:
    """Connect, then follow orders until stdin ends."""
    loop = asyncio.get_running_loop()
    loop_lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(loop_lines), sys.stdin)
    requests = Requests(**json.loads(await loop_lines.readline()))
    statuses: Counter[int] = Counter()
    while line := await loop_lines.readline():
        statuses.clear()
        made = [  # anew each time: uvicorn closes a connection that is idle for five seconds
            (await loop.create_connection(lambda: Connection(requests, statuses), "127.0.0.1", port))[1]
            for _ in range(connections)
        ]
        begun = perf_counter()
        ends = [connection.go() for connection in made]
        await asyncio.sleep(json.loads(line)["seconds"])
        for connection in made:
            connection.going = False
        await asyncio.gather(*ends)
        took = perf_counter() - begun
        for connection in made:
            connection.close()
        print(json.dumps({"answered": statuses.total(), "seconds": took, "statuses": statuses}), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), int(sys.argv[2])))
