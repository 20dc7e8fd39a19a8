"""The routes of `members`, in the order of the imports below."""

from __future__ import annotations

from services.members.api import areas, persons, memberships, targets, imports  # isort: skip
from services.members.api import table  # isort: skip
from services.members.api.table import routes

__all__ = ["areas", "imports", "memberships", "persons", "routes", "table", "targets"]
