"""Builds `funds` from the chassis."""

from __future__ import annotations

from services.chassis.service import Built, Service
from services.funds import api, views

SERVICE = Service("funds", build=lambda _: Built(api.routes), projections=(views.AREAS,))
