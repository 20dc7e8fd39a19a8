"""A TCP wire to a real MongoDB that a test can cut: requests arrive, and their replies are lost or never come."""

from __future__ import annotations

import asyncio
from typing import Literal, Self
from urllib.parse import urlsplit

Mode = Literal["whole", "replies lost", "silent", "cut"]


class LossyWire:
    """`whole` passes everything; `replies lost` passes requests and hangs up instead of replying; `silent` passes requests and
    keeps the replies to itself; `cut` hangs up at once. Use as `async with LossyWire(mongo_uri) as wire`."""

    def __init__(self, uri: str) -> None:
        host, _, port = urlsplit(uri).netloc.partition(":")
        self._target = (host, int(port))
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.mode: Mode = "whole"
        self.lost = 0

    @property
    def uri(self) -> str:
        """The connection string through the wire; it does not discover the way around."""
        assert self._server is not None
        return f"mongodb://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/?directConnection=true"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()
        await self._server.wait_closed()

    def hang_up(self) -> None:
        """Close every connection there is."""
        for writer in self._writers:
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "cut":
            writer.close()
            return
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        pair = {writer, there_writer}
        self._writers |= pair
        try:
            await asyncio.gather(self._requests(reader, there_writer), self._replies(there_reader, writer))
        except OSError:
            pass
        finally:
            self._writers -= pair
            for each in pair:
                each.close()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if self.mode == "whole":
                writer.write(data)
                await writer.drain()
                continue
            self.lost += 1
            if self.mode != "silent":
                break
        writer.close()
