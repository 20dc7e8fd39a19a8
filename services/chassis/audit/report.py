"""What an audit of one service came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.chassis.audit.findings import Findings


@dataclass(slots=True)
class Report:
    """Counts of what was looked at, and the findings; `whole` if there are none."""

    service: str
    source: str
    rounds: int = 0
    commits: int = 0
    waiting: int = 0
    """Commits that no round had when we began."""
    events: int = 0
    streams: int = 0
    records: int = 0
    repeats: int = 0
    under_way: int = 0
    """Events of the last round that were not in Kafka yet, or positions of the newest moment that were not all there."""
    only_in_kafka: int = 0
    """Records of commits that are missing in MongoDB."""
    not_compared: int = 0
    seconds: float = 0.0
    findings: Findings = field(default_factory=Findings)

    @property
    def whole(self) -> bool:
        """Nothing is wrong with what was looked at."""
        return not len(self.findings)

    def row(self) -> dict[str, Any]:
        """For programs."""
        counts = {name: getattr(self, name) for name in self.__slots__ if name not in ("findings", "seconds")}
        return {
            **counts,
            "seconds": round(self.seconds, 3),
            "whole": self.whole,
            "faults": dict(self.findings.counts),
            "findings": [finding.row() for finding in self.findings.rows],
        }
