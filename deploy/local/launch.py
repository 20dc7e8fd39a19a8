"""How a part of the stack is started."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Launch:
    """A command line, what is added to its environment, and the text of the configuration that it will read."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    inputs: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes when the part would be started otherwise: a running one with another fingerprint is restarted."""
        return hashlib.sha256(repr((self.argv, sorted(self.env.items()), self.inputs)).encode()).hexdigest()
