"""The audit of a service's log: positions, chains and rounds, in MongoDB and in Kafka, and the two beside each other."""

from __future__ import annotations

from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.report import Report
from services.chassis.audit.topic_reader import CouldNotLook
from services.chassis.audit.verifying import Where, verify

__all__ = ["CouldNotLook", "Finding", "Findings", "Kind", "Report", "Where", "verify"]
