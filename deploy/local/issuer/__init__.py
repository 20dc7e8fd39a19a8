"""An OIDC issuer for the local stack only: discovery, one key, a log-in page of example officers, and tokens for whoever may read
this user's files.

It hands out any role without asking, so it refuses to run anywhere else: `refuse_elsewhere` is called before a key is
made, a port is opened or a token is signed. `python -m deploy.local.issuer` is how `up` starts it.
"""

from __future__ import annotations

from deploy.local.issuer.app import create_issuer
from deploy.local.issuer.guard import NAME, refuse_elsewhere
from deploy.local.issuer.serving import main
from deploy.local.issuer.signing import claims, key, key_id, sign, token

__all__ = ["NAME", "claims", "create_issuer", "key", "key_id", "main", "refuse_elsewhere", "sign", "token"]
