"""An OTOP producer: it applies, the district gives its opinion, the province certifies or refuses, an appeal, the end of
the registration (F_part4b_kpi.md §6, source 003 L6285-6329)."""

from services.otop.domain.producer.commands import (
    ApplyAsProducer,
    CertifyProducer,
    DismissAppeal,
    FileAppeal,
    GiveDistrictOpinion,
    ProducerId,
    ProducerKey,
    RefuseRegistration,
    ResubmitApplication,
    ReturnApplication,
    RevokeRegistration,
    UpholdAppeal,
    producer_stream,
)
from services.otop.domain.producer.rules import last_day_of_appeal
from services.otop.domain.producer.state import Producer
from services.otop.domain.producer.table import PRODUCER

__all__ = [
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
    "UpholdAppeal",
    "last_day_of_appeal",
    "producer_stream",
]
