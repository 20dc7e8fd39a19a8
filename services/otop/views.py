"""What `otop` knows of others, the area register; and a producer as its query shows it on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.calendar import UnknownYear
from contracts.otop import DistrictOpinion, ProducerStage
from services.chassis.known_areas import known_areas
from services.otop.domain.producer import Producer, last_day_of_appeal

AREAS = known_areas("otop")

_DECIDED = {
    ProducerStage.CERTIFIED,
    ProducerStage.REFUSED,
    ProducerStage.APPEALED,
    ProducerStage.DISMISSED,
    ProducerStage.REVOKED,
}


def producer_page(producer: Producer, today: date) -> dict[str, Any]:
    """Beside the producer's own fields: as of `today` what of an appeal, and warnings, which block nothing."""
    decided = producer.stage in _DECIDED
    return {
        "registration_number": producer.registration_number or None,
        "appeal": appeal_page(producer, today),
        "warnings": ["district-opinion-skipped"]
        if decided and producer.district is DistrictOpinion.NONE
        else [],
    }


def appeal_page(producer: Producer, today: date) -> dict[str, Any] | None:
    """The window of an appeal; None where nothing was refused. `last_day` is None for a year without known holidays,
    and then `window` is `unknown`."""
    if producer.notified_on is None:
        return None
    try:
        last_day = last_day_of_appeal(producer.notified_on)
    except UnknownYear:
        last_day = None
    if producer.stage is not ProducerStage.REFUSED:
        window = "used"
    elif last_day is None:
        window = "unknown"
    else:
        window = "open" if today <= last_day else "over"
    return {"notified_on": producer.notified_on, "last_day": last_day, "window": window}
