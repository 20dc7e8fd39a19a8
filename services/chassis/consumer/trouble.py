"""Trouble with MongoDB, sorted: what passes is retried, what is refused for good is the fault of a document."""

from __future__ import annotations

from collections.abc import Iterator

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
)

from services.chassis.calls import OutcomeUnknown, Overloaded, Unavailable, UnreadableStream

_LABELS = ("TransientTransactionError", "UnknownTransactionCommitResult", "RetryableWriteError")

_REFUSED_FOR_GOOD = frozenset(
    {
        2,  # BadValue
        9,  # FailedToParse
        14,  # TypeMismatch: adding to what is no number
        22,  # InvalidBSON
        28,  # PathNotViable
        40,  # ConflictingUpdateOperators
        52,  # DollarPrefixedFieldName
        56,  # EmptyFieldName
        57,  # DottedFieldName
        66,  # ImmutableField
        121,  # DocumentValidationFailure
        10334,  # BSONObjectTooLarge
        17419,  # the document would grow beyond 16 MB
        17420,
        11000,  # DuplicateKey: of a unique index of the projection's own
    }
)

_WRITE_CONFLICT = 112


def refused_for_good(error: Exception) -> bool:
    """Whether the write itself is at fault, so that trying again can only fail again.

    When in doubt, no: a consumer that waits is seen at once, a fact in dead letters much later.
    """
    if isinstance(error, PyMongoError) and any(error.has_error_label(label) for label in _LABELS):
        return False
    if isinstance(error, BulkWriteError):
        codes = {fault.get("code") for fault in (error.details or {}).get("writeErrors", ())}
        return bool(codes & _REFUSED_FOR_GOOD)
    if isinstance(error, DocumentTooLarge):
        return True
    if isinstance(error, OperationFailure):
        return error.code in _REFUSED_FOR_GOOD
    # what the driver cannot encode: 8-byte integers, types that are no BSON
    return isinstance(error, BSONError | OverflowError)


def passing(error: Exception) -> bool:
    """Whether it may be gone in a moment, so that waiting helps."""
    if isinstance(error, Overloaded | OutcomeUnknown | Unavailable | UnreadableStream | ConnectionFailure):
        return True
    return (
        isinstance(error, PyMongoError)
        and not isinstance(error, InvalidOperation)
        and not refused_for_good(error)
    )


def write_conflict(error: Exception) -> bool:
    """Whether an open transaction of another session is in the way."""
    return isinstance(error, OperationFailure) and error.code == _WRITE_CONFLICT


def delays(first: float = 0.05, longest: float = 2.0) -> Iterator[float]:
    """Seconds to wait before each further try: twice as long each time, to a limit."""
    delay = first
    while True:
        yield delay
        delay = min(delay * 2, longest)
