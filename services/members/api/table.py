"""The one route table of `members`; the files beside it fill it."""

from __future__ import annotations

from services.chassis.http import Routes

routes = Routes("members")
