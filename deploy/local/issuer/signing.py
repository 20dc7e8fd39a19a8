"""The local issuer's key, and the tokens that it signs for whoever may read this user's files."""

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
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from contracts.areas import level
from deploy.local import process
from deploy.local.issuer.guard import NAME, refuse_elsewhere
from deploy.local.trouble import StackError
from services.chassis.access import NATIONWIDE, Role
from services.chassis.settings import Settings

LONGEST = 30 * 24 * 3600
"""Seconds that a token may be good for: even a local one ends."""


def token(
    settings: Settings, roles: Sequence[Role], areas: Sequence[str], *, ttl: int = 8 * 3600, actor: str = ""
) -> str:
    """A token of the local stack, good for `ttl` seconds from now. `areas` are area codes, "" is the nation (the
    token says `TH`), none reach nowhere; `actor` is its subject, by default one for each role and area, so that two roles are two persons.

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
    return {"sub": subject, "roles": sorted(roles), "areas": sorted({area or NATIONWIDE for area in areas})}


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


def published(signing: RSAPrivateKey) -> dict[str, Any]:
    """The public half as the key set shows it."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(signing.public_key(), as_dict=True)
    return {**public, "kid": key_id(signing), "use": "sig", "alg": "RS256"}
