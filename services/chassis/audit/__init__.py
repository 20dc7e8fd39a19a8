"""The audit of a service's log: is it whole (`verify`), and what did it say at a moment (`replayed`)?"""

from __future__ import annotations

from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.live import Compared, compare, hold
from services.chassis.audit.replay import Replay, replayed
from services.chassis.audit.report import Report
from services.chassis.audit.topic_reader import CouldNotLook
from services.chassis.audit.until import Until, read_vector
from services.chassis.audit.verifying import Where, verify

__all__ = [
    "Compared",
    "CouldNotLook",
    "Finding",
    "Findings",
    "Kind",
    "Replay",
    "Report",
    "Until",
    "Where",
    "compare",
    "hold",
    "read_vector",
    "replayed",
    "verify",
]
