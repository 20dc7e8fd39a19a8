"""Builds `otop` from the chassis."""

from __future__ import annotations

from services.chassis.service import Built, Service
from services.otop import api, views

SERVICE = Service("otop", build=lambda _: Built(api.routes), projections=(views.AREAS,))
