"""The producer as one aggregate: every command and event goes to the file of its step."""

from __future__ import annotations

from services.chassis.decider import aggregate_of
from services.otop.domain.producer import appeal, application, decision, district
from services.otop.domain.producer.state import NOT_FOUND, Producer

PRODUCER = aggregate_of(
    "producer",
    Producer(),
    absent=NOT_FOUND,
    area=lambda producer: producer.area,
    decides=(
        application.apply, application.give_back, application.resubmit, district.give_opinion, decision.certify,
        decision.refuse, decision.revoke, appeal.file, appeal.uphold, appeal.dismiss,
    ),
    evolves=(
        application.applied, application.returned, application.resubmitted, district.opined, decision.certified,
        decision.refused, decision.revoked, appeal.filed, appeal.upheld, appeal.dismissed,
    ),
)  # fmt: skip
