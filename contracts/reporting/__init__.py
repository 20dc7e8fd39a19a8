"""What `reporting` says: which reports are owed by when, what became of them; files that were sent to it."""

from contracts.reporting.files import ImportAccepted, ImportCompleted
from contracts.reporting.obligation import (
    DeadlineMoved,
    DeadlineReason,
    Moment,
    ObligationId,
    ObligationScheduled,
    Period,
    ReportAccepted,
    ReportCode,
    ReportLevel,
    ReportReturned,
    ReportSubmitted,
    ReturnReason,
)

__all__ = [
    "DeadlineMoved",
    "DeadlineReason",
    "ImportAccepted",
    "ImportCompleted",
    "Moment",
    "ObligationId",
    "ObligationScheduled",
    "Period",
    "ReportAccepted",
    "ReportCode",
    "ReportLevel",
    "ReportReturned",
    "ReportSubmitted",
    "ReturnReason",
]
