"""The one route table of `members`, and its desk; the files beside it fill them."""

from __future__ import annotations

from services.chassis.desk import Desk
from services.chassis.http import Routes

routes = Routes("members")
desk = Desk(routes)
