"""Problems (RFC 9457): what went wrong, as a stable code and a sentence in Thai and in English."""

from __future__ import annotations

from services.chassis.problems.document import (
    MEDIA_TYPE,
    FieldDocument,
    Language,
    ProblemDocument,
    document,
    language,
)
from services.chassis.problems.fields import field_errors, invalid
from services.chassis.problems.problem import CATALOGUE, FieldError, Kind, Problem, kind, refusal

__all__ = [
    "CATALOGUE",
    "MEDIA_TYPE",
    "FieldDocument",
    "FieldError",
    "Kind",
    "Language",
    "Problem",
    "ProblemDocument",
    "document",
    "field_errors",
    "invalid",
    "kind",
    "language",
    "refusal",
]
