"""The local issuer as an app: discovery, keys, log-in, tokens for a code, log-out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from time import monotonic, time
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.issuer.grants import Asked, Client, Codes, Refused, Unknown
from deploy.local.issuer.officers import OFFICERS, Officer
from deploy.local.issuer.pages import choose, spoken_in, told
from deploy.local.issuer.signing import published, sign
from services.chassis.session.places import CALLBACK
from services.chassis.settings import Settings

LOGIN_SECONDS = 8 * 3600
"""How long a log-in is good for: an officer's day."""
_ASKED = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "ui_locales"
)  # fmt: skip
LARGEST = 16 * 1024


def create_issuer(
    settings: Settings, *signing: RSAPrivateKey, clock: Callable[[], float] = monotonic
) -> Starlette:
    """The issuer, which publishes these keys and signs with the first. `clock` counts the seconds of its codes."""
    client = Client(settings.client, settings.public + CALLBACK, f"{settings.public}/")
    codes = Codes(clock)

    async def discovery(_: Request) -> Response:
        return JSONResponse(_discovery(settings.issuer))

    async def jwks(_: Request) -> Response:
        return JSONResponse({"keys": [published(one) for one in signing]})

    async def authorize(request: Request) -> Response:
        sent = dict(request.query_params) if request.method == "GET" else await _form(request)
        spoken = spoken_in(sent, request.headers.get("accept-language", ""))
        try:
            asked = Asked.of(sent, client)
        except Unknown:
            return told("unknown", "unknown-why", spoken, 400)
        except Refused as refused:
            return _back(client.back, settings, sent.get("state", ""), error=refused.code)
        officer = OFFICERS.get(sent.get("officer", "")) if request.method == "POST" else None
        if officer is None:
            kept = {name: sent[name] for name in _ASKED if name in sent}
            return choose(kept, OFFICERS.values(), spoken, settings.public)
        return _back(client.back, settings, asked.state, code=codes.give(asked, officer))

    async def token(request: Request) -> Response:
        heads = {"Cache-Control": "no-store"}
        try:
            asked, officer = codes.redeem(await _form(request), client)
        except Refused as refused:
            return JSONResponse({"error": refused.code}, 400, heads)
        return JSONResponse(_tokens(settings, signing[0], asked, officer), headers=heads)

    async def logout(request: Request) -> Response:
        sent = dict(request.query_params)
        if sent.get("client_id") == client.id and sent.get("post_logout_redirect_uri") == client.after:
            return RedirectResponse(client.after, 303)
        return told("out", "out-why", spoken_in(sent, request.headers.get("accept-language", "")))

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/authorize", authorize, methods=["GET", "POST"]),
            Route("/token", token, methods=["POST"]),
            Route("/logout", logout),
        ]
    )


def _discovery(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "end_session_endpoint": f"{issuer}/logout",
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid"],
        "ui_locales_supported": ["th", "en"],
    }


def _tokens(settings: Settings, signing: RSAPrivateKey, asked: Asked, officer: Officer) -> dict[str, Any]:
    said = officer.claims()
    access = sign(settings, signing, said, LOGIN_SECONDS)
    half = hashlib.sha256(access.encode()).digest()[:16]  # OpenID Connect Core §3.1.3.6
    identity = {
        "sub": said["sub"],
        "aud": settings.client,
        "nonce": asked.nonce,
        "auth_time": int(time()),
        "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
        "name": officer.name_th,
    }
    return {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": LOGIN_SECONDS,
        "scope": "openid",
        "id_token": sign(settings, signing, identity, 300),
    }


def _back(address: str, settings: Settings, state: str, **said: str) -> Response:
    told_too = {"state": state, "iss": settings.issuer}
    heads = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(f"{address}?{urlencode(said | told_too)}", 303, heads)


async def _form(request: Request) -> Mapping[str, str]:
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > LARGEST:
            return {}
    try:
        return dict(parse_qsl(content.decode("utf-8", "replace"), max_num_fields=50))
    except ValueError:  # too many
        return {}
