"""An issuer's discovery document (OpenID Connect Discovery 1.0): where its keys, its log-in and its tokens are."""

from __future__ import annotations

from typing import Any

import httpx

PATH = "/.well-known/openid-configuration"
LARGEST = 64 * 1024
"""Bytes of a discovery document, a key set or a token answer that we are ready to read."""


async def discovered(client: httpx.AsyncClient, issuer: str, at: str = "") -> dict[str, Any]:
    """The document of this issuer, asked for `at` another address where services find it there.

    Raises httpx.HTTPError, ValueError, KeyError, TypeError.
    """
    found = await json_of(client, (at or issuer).rstrip("/") + PATH)
    if found["issuer"] != issuer:  # OpenID Connect Discovery §4.3: else anybody could speak for it
        raise ValueError("the discovery document is another issuer's")
    return found


def demand_as_safe(place: str, base: str) -> str:
    """The address, if it is https wherever the document was; ValueError otherwise."""
    if base.startswith("https:") and not place.startswith("https:"):
        raise ValueError("what an https issuer names is asked by https")
    return place


async def json_of(
    client: httpx.AsyncClient, address: str, *, form: dict[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at an address, or the answer to a form that is posted there; errors as `discovered`."""
    method = "GET" if form is None else "POST"
    async with client.stream(method, address, data=form, headers={"Accept": "application/json"}) as answer:
        answer.raise_for_status()
        content = b""
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > LARGEST:
                raise ValueError("the answer is too long")
    found = httpx.Response(200, content=content).json()
    if not isinstance(found, dict):
        raise TypeError("the answer is no JSON object")
    return found


def asking(timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that asks an issuer: no redirects, no proxy of the environment."""
    return httpx.AsyncClient(timeout=timeout, transport=transport, follow_redirects=False, trust_env=False)
