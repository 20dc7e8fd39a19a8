"""A place that somebody looks at: what it shows, who waits for it, and the event of its newest change."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from services.reporting.pages import Rendered


@dataclass
class Watched:
    """A place that somebody looks at: what it shows, and the event that its next change sets."""

    shown: Rendered | None = None
    listeners: int = 0
    asked: bool = False
    """The view has moved since the last rendering began."""
    began: float = float("-inf")
    """When that was, on the loop's clock."""
    told: dict[str, bytes] = field(default_factory=dict)
    """The event of the newest change, by the version that its listener has: mostly one for all."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock)

    def event(self, had: Rendered | None, newer: Rendered) -> bytes:
        """The sections of the newest that a listener has not got yet, as a server-sent event; made once for all alike."""
        version = had.version if had else ""
        if version not in self.told:
            known = had.sections if had else {}
            changed = {name: html for name, html in newer.sections.items() if known.get(name) != html}
            text = json.dumps(changed, ensure_ascii=False)
            self.told[version] = f"id: {newer.version}\nevent: board\ndata: {text}\n\n".encode()
        return self.told[version]
