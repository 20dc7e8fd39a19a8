"""A bare FastAPI app: `python -m tests.bench.http_bare PORT DATABASE` validates the same body and does one `insert_one`.

No token, no key, no decision: what anybody would write first. With `-` as the database it answers at once, from a bare
protocol without FastAPI: what the client can do at most.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any
from uuid import uuid4

import uvicorn
import uvloop
from fastapi import FastAPI

from services.chassis.mongo import Database, connect, database
from services.chassis.settings import Settings
from services.funds.api import desk
from tests.bench.material import ON, RECORDED, fund, raw_commit

NewFund: Any = desk.entries["establish-fund"].form.sent
ANSWER = b'{"id":"fund:00000000-0000-0000-0000-000000000000","version":1,"repeated":false,"events":["x"]}'


def app_of(kept: Database) -> FastAPI:
    """One route."""
    app = FastAPI()
    commits = kept["commits"]
    data = raw_commit(0, *fund(0)).decode("latin-1")

    @app.get("/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/v1/funds", status_code=201)
    async def establish(body: NewFund) -> dict[str, Any]:
        name = str(uuid4())
        told = body.model_dump_json()
        await commits.insert_one(
            {
                "_id": {"stream": f"fund:{name}", "version": 1},
                "events": [{"area": body.area, "businessdate": ON.isoformat(), "data": told, **padding}],
                "command_id": name,
                "recorded_at": RECORDED,
                "pending": True,
            }
        )
        return {"id": f"fund:{name}", "version": 1}

    # As large as the commit of such a command.
    padding = {"more": "x" * max(0, len(data) - 420)}
    return app


class AtOnce(asyncio.Protocol):
    """Answers whatever comes in one piece with a 201."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self._transport: Any = transport
        head = b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
        self._answer = head % (b"201 Created", len(ANSWER), ANSWER)
        self._here = head % (b"200 OK", 2, b"{}")

    def data_received(self, data: bytes) -> None:
        """Answer; a GET asks only whether we are there."""
        self._transport.write(self._answer if data[:4] == b"POST" else self._here)


async def main(port: int, name: str) -> None:
    """Serve until ended."""
    if name == "-":
        server = await asyncio.get_running_loop().create_server(AtOnce, "127.0.0.1", port)
        await server.serve_forever()
    client = connect(Settings.from_env().mongo)
    config = uvicorn.Config(
        app_of(database(client, name)),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        backlog=2048,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), sys.argv[2]))
