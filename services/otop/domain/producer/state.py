"""What is known of a producer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.otop import DistrictOpinion, ProducerCategory
from services.chassis.lifecycle import Progress


@dataclass(frozen=True, slots=True)
class Producer(Progress):
    """A producer and its one application."""

    producer_id: str = ""
    category: ProducerCategory = ProducerCategory.GROUP
    fund_id: str | None = None
    district: DistrictOpinion = DistrictOpinion.NONE
    registration_number: str = ""
    announced_on: date | None = None
    reasons: tuple[str, ...] = ()
    """Of the last return, refusal, dismissal or revocation."""
    notified_on: date | None = None
