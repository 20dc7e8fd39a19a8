"""An OIDC issuer for the local stack only: discovery, one key, and tokens for whoever may read this user's files.

It hands out any role without asking, so it refuses to run anywhere else: `refuse_elsewhere` is called before a key is
made, a port is opened or a token is signed. `python -m deploy.local.issuer` is how `up` starts it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from contracts.areas import level
from deploy.local import process
from deploy.local.trouble import StackError
from services.chassis import logs
from services.chassis.access import Role
from services.chassis.settings import Settings

NAME = "issuer"
LOOPBACK = "127.0.0.1"
LONGEST = 30 * 24 * 3600
"""Seconds that a token may be good for: even a local one ends."""


def refuse_elsewhere(settings: Settings) -> None:
    """Raise StackError `not_the_local_stack` unless Kafka, MongoDB and the issuer in the settings are this stack's own."""
    wrong = [
        variable
        for variable, ours in (
            ("CHUMCHON_KAFKA", settings.own_kafka),
            ("CHUMCHON_MONGO", settings.own_mongo),
            ("CHUMCHON_ISSUER", settings.issuer == f"http://{LOOPBACK}:{settings.ports[NAME]}"),
            ("CHUMCHON_HOST", settings.host in (LOOPBACK, "localhost", "::1")),
        )
        if not ours
    ]
    if wrong:
        named = ", ".join(wrong)
        raise StackError(
            "not_the_local_stack",
            en=f"The local token issuer gives any role to anybody, so it runs beside the local stack only; {named} says "
            "that this is another system. Use that system's issuer.",
            th=f"ตัวออกโทเคนสำหรับทดลองให้สิทธิ์ทุกบทบาทแก่ทุกคน จึงทำงานกับระบบในเครื่องเท่านั้น แต่ {named} ระบุว่าเป็นระบบอื่น "
            "โปรดใช้ผู้ออกโทเคนของระบบนั้น",
        )


def token(
    settings: Settings, roles: Sequence[Role], areas: Sequence[str], *, ttl: int = 8 * 3600, actor: str = ""
) -> str:
    """A token of the local stack, good for `ttl` seconds from now. `areas` are area codes, "" is the nation; `actor` is
    its subject, by default one for each role and area, so that two roles are two persons.

    Raises StackError `not_the_local_stack` or `no_issuer` (it is not running), ValueError for what is no area or ttl.
    """
    refuse_elsewhere(settings)
    if process.running(settings.home, NAME) is None:
        raise StackError(
            "no_issuer",
            en=f"The local stack in {settings.home} is not running. Start it with chumchon up.",
            th=f"ระบบใน {settings.home} ไม่ได้ทำงานอยู่ โปรดเริ่มด้วย chumchon up",
        )
    return sign(settings, key(settings.home), claims(roles, areas, actor), ttl)


def claims(roles: Sequence[Role], areas: Sequence[str], actor: str = "") -> dict[str, Any]:
    """Subject, roles and areas of a token; ValueError for what is no area."""
    for area in areas:
        level(area)
    subject = actor or "local:" + "+".join(sorted(roles)) + ":" + "+".join(
        area or "nation" for area in sorted(areas)
    )
    return {"sub": subject, "roles": sorted(roles), "areas": sorted(set(areas))}


def sign(settings: Settings, signing: RSAPrivateKey, said: dict[str, Any], ttl: int) -> str:
    """A token that says this, signed; ValueError for a `ttl` outside 1 second to 30 days."""
    if not 0 < ttl <= LONGEST:
        raise ValueError(f"a token is good for 1 to {LONGEST} seconds, not {ttl}")
    now = int(time.time())
    whole = {"iss": settings.issuer, "aud": settings.audience, "iat": now, "exp": now + ttl, **said}
    return jwt.encode(whole, signing, algorithm="RS256", headers={"kid": key_id(signing)})


def key(home: Path) -> RSAPrivateKey:
    """The stack's signing key, made once; nobody but this user can read its file."""
    path = home / "issuer-key.pem"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"issuer-key.{secrets.token_hex(8)}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        made = generate_private_key(public_exponent=65537, key_size=2048)
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        try:
            os.link(fresh, path)  # of two who make one at once, the first wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(found, RSAPrivateKey):
        raise TypeError(f"{path} is no RSA key")
    return found


def key_id(signing: RSAPrivateKey) -> str:
    """The key's RFC 7638 thumbprint."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(signing.public_key(), as_dict=True)
    text = json.dumps({name: public[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def create_issuer(settings: Settings, *signing: RSAPrivateKey) -> Starlette:
    """The issuer's two pages, which publish these keys. There is no page that gives a token."""
    published = [
        {
            **jwt.algorithms.RSAAlgorithm.to_jwk(one.public_key(), as_dict=True),
            "kid": key_id(one),
            "use": "sig",
            "alg": "RS256",
        }
        for one in signing
    ]

    async def discovery(_: Request) -> JSONResponse:
        return JSONResponse(
            {
                "issuer": settings.issuer,
                "jwks_uri": f"{settings.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": [],
                "subject_types_supported": ["public"],
            }
        )

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse({"keys": published})

    return Starlette(routes=[Route("/.well-known/openid-configuration", discovery), Route("/jwks", jwks)])


def main() -> None:
    """Serve on loopback until told to stop; exits with 1 and a reason where this is not the local stack."""
    settings = Settings.from_env()
    logs.configure(NAME, settings.log_level)
    try:
        refuse_elsewhere(settings)
        _demand_started_by_up(settings)
    except StackError as refusal:
        raise SystemExit(f"{refusal.code}: {refusal.en}\n{refusal.th}") from None
    app = create_issuer(settings, key(settings.home))
    uvicorn.run(
        app, host=LOOPBACK, port=settings.ports[NAME], log_config=None, access_log=False, server_header=False
    )


def _demand_started_by_up(settings: Settings) -> None:
    """`up` writes down each process that it starts, just after it has started it; nobody else does."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        record = process.running(settings.home, NAME)
        if record is not None and record.pid == os.getpid():
            return
        time.sleep(0.05)
    raise StackError(
        "not_the_local_stack",
        en="The local token issuer is started by chumchon up, and by nothing else.",
        th="ตัวออกโทเคนสำหรับทดลองเริ่มได้ด้วย chumchon up เท่านั้น",
    )


if __name__ == "__main__":
    main()
