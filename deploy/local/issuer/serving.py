"""Serves the local issuer on loopback until told to stop; exits with 1 and a reason where this is not the local stack."""

from __future__ import annotations

import uvicorn

from deploy.local.issuer.app import create_issuer
from deploy.local.issuer.guard import LOOPBACK, NAME, demand_started_by_up, refuse_elsewhere
from deploy.local.issuer.signing import key
from deploy.local.trouble import StackError
from services.chassis import logs
from services.chassis.settings import Settings


def main() -> None:
    """Serve; SystemExit elsewhere."""
    settings = Settings.from_env()
    logs.configure(NAME, settings.log_level)
    try:
        refuse_elsewhere(settings)
        demand_started_by_up(settings)
    except StackError as refusal:
        raise SystemExit(f"{refusal.code}: {refusal.en}\n{refusal.th}") from None
    app = create_issuer(settings, key(settings.home))
    uvicorn.run(
        app, host=LOOPBACK, port=settings.ports[NAME], log_config=None, access_log=False, server_header=False
    )
