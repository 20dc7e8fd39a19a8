"""One GET over a plain socket: enough to ask a health check, without paying for an HTTP library's import."""

from __future__ import annotations

import asyncio


async def status_of(host: str, port: int, path: str, *, timeout: float = 3.0) -> int | None:  # noqa: ASYNC109 - of one try
    """The status code of GET `path`; None if nobody answers in HTTP within `timeout` seconds."""
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
                words = (await reader.readline()).split()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None
