"""Files that people send: every entry of a desk can be imported, with a template, a dry run, and a row-by-row report.

desk = Desk(routes)
...                                                            # its entries
imports = Imports(desk, ImportAccepted, ImportCompleted)       # the routes; `imports.view` is a projection
imports.worker(parts, own)                                     # runs what was accepted
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from contracts.imports import ImportAccepted, ImportCompleted
from services.chassis.desk import Desk
from services.chassis.imports.intake import intake
from services.chassis.imports.routes import add_routes
from services.chassis.imports.told import add_told
from services.chassis.imports.view import imports_view
from services.chassis.imports.worker import Running, run_imports
from services.chassis.service import Parts

__all__ = ["Imports"]


class Imports:
    """The imports of a service: one kind for each entry of its desk. It says these two events of a file."""

    def __init__(self, desk: Desk, accepted: type[ImportAccepted], completed: type[ImportCompleted]) -> None:
        self.desk = desk
        self.aggregate = intake(accepted, completed)
        self.view = imports_view(desk.routes.name, accepted, completed)
        add_routes(desk, self.aggregate)
        add_told(desk, self.aggregate)

    def worker(
        self, parts: Parts, own: Mapping[type, Any] | None = None
    ) -> Callable[[asyncio.Event], Coroutine[Any, Any, None]]:
        """The task that runs accepted files; `own` are the service's own parts, as in `Built`."""
        known = {Parts: parts, **(own or {})}
        return partial(run_imports, Running(self.desk, self.aggregate, self.view.name, parts, known))
