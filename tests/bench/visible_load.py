"""An open loop of commands: `python -m tests.bench.visible_load PORT RATE`, told on stdin how long and what to send.

It answers with one line: `[[sent, answered, stream], …]`, times in seconds of the machine's monotonic clock. Each
command goes when it is due, whether or not the ones before it were answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import monotonic

import uvloop

from tests.bench.http_request import Requests

CONNECTIONS = 32


async def main(port: int, rate: int) -> None:
    """One run."""
    order = json.loads(sys.stdin.readline())
    requests = Requests(**order["requests"])
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    answers: list[tuple[float, float, str]] = []

    async def send(due: float) -> None:
        reader, writer = await free.get()
        writer.write(requests.next())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        at = monotonic()
        free.put_nowait((reader, writer))
        if not head.startswith(b"http/1.1 201"):
            raise RuntimeError(f"a command was answered with {head[:40]!r}")
        answers.append((due, at, json.loads(body)["id"]))

    begun = monotonic()
    async with asyncio.TaskGroup() as sending:
        for number in range(round(order["seconds"] * rate)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - monotonic()))
            sending.create_task(send(due))
    print(json.dumps(sorted(answers)), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), int(sys.argv[2])))
