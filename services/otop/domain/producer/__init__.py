"""An OTOP producer: it applies, the district gives its opinion, the province certifies or refuses, an appeal, the end of
the registration (F_part4b_kpi.md §6, source 003 L6285-6329)."""

from services.otop.domain.producer.aggregate import PRODUCER
from services.otop.domain.producer.appeal import (
    DismissAppeal,
    FileAppeal,
    UpholdAppeal,
    last_day_of_appeal,
)
from services.otop.domain.producer.application import (
    ApplyAsProducer,
    ResubmitApplication,
    ReturnApplication,
)
from services.otop.domain.producer.decision import CertifyProducer, RefuseRegistration, RevokeRegistration
from services.otop.domain.producer.district import GiveDistrictOpinion
from services.otop.domain.producer.state import (
    NOT_FOUND,
    Producer,
    ProducerId,
    ProducerKey,
    Stage,
    producer_stream,
)

__all__ = [
    "NOT_FOUND",
    "PRODUCER",
    "ApplyAsProducer",
    "CertifyProducer",
    "DismissAppeal",
    "FileAppeal",
    "GiveDistrictOpinion",
    "Producer",
    "ProducerId",
    "ProducerKey",
    "RefuseRegistration",
    "ResubmitApplication",
    "ReturnApplication",
    "RevokeRegistration",
    "Stage",
    "UpholdAppeal",
    "last_day_of_appeal",
    "producer_stream",
]
