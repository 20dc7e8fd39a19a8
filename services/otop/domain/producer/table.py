"""The table of a producer's registration."""

from __future__ import annotations

from contracts.otop import (
    AppealDismissed,
    AppealFiled,
    AppealUpheld,
    ApplicationResubmitted,
    ApplicationReturned,
    DistrictAgreed,
    DistrictNotAgreed,
    ProducerApplied,
    ProducerCertified,
    RegistrationRefused,
    RegistrationRevoked,
)
from contracts.otop import ProducerStage as At
from services.chassis.decider import Refused
from services.chassis.lifecycle import NEW, OFFICER, PROVINCE_APPROVES, lifecycle, same_person, step
from services.otop.domain.producer import rules
from services.otop.domain.producer.commands import (
    ApplyAsProducer,
    CertifyProducer,
    DismissAppeal,
    FileAppeal,
    GiveDistrictOpinion,
    RefuseRegistration,
    ResubmitApplication,
    ReturnApplication,
    RevokeRegistration,
    UpholdAppeal,
)
from services.otop.domain.producer.rules import announced_first, told_first
from services.otop.domain.producer.state import Producer

APPLIED = Refused("producer-applied", "ผู้ผลิตรายนี้ยื่นคำร้องไว้แล้ว", "This producer has applied already.")
NOT_UNDER_CHECK = Refused(
    "not-under-check", "คำร้องนี้ไม่ได้อยู่ระหว่างพิจารณา", "This request is not under consideration."
)
NOT_RETURNED = Refused("not-returned", "คำร้องนี้ไม่ได้ถูกส่งคืน", "This request was not returned to the producer.")
NOT_REFUSED = Refused(
    "nothing-to-appeal", "ไม่มีผลการไม่รับขึ้นทะเบียนให้อุทธรณ์", "There is no refusal to appeal against."
)
NO_APPEAL = Refused("no-appeal", "ไม่มีอุทธรณ์ที่รอพิจารณา", "No appeal waits for a decision.")
NOT_REGISTERED = Refused("not-registered", "ผู้ผลิตรายนี้ไม่ได้ขึ้นทะเบียนอยู่", "This producer is not registered.")

PRODUCER = lifecycle(
    "producer",
    called=("ผู้ผลิต", "producer"),
    initial=Producer(),
    stages=At,
    steps=(
        step(ApplyAsProducer, ProducerApplied, NEW, OFFICER, otherwise=APPLIED),
        step(
            ReturnApplication, ApplicationReturned, At.APPLIED, OFFICER, tell=rules.give_back, again=True,
            otherwise=NOT_UNDER_CHECK,
        ),
        step(ResubmitApplication, ApplicationResubmitted, At.RETURNED, OFFICER, otherwise=NOT_RETURNED),
        step(
            GiveDistrictOpinion, (DistrictAgreed, DistrictNotAgreed), At.APPLIED, OFFICER, tell=rules.opine, again=True,
            otherwise=NOT_UNDER_CHECK,
        ),
        step(
            CertifyProducer, ProducerCertified, At.APPLIED, PROVINCE_APPROVES, unless=(same_person, announced_first),
            otherwise=NOT_UNDER_CHECK, source="003 L6306",
        ),
        step(
            RefuseRegistration, RegistrationRefused, At.APPLIED, PROVINCE_APPROVES, unless=(same_person, told_first),
            otherwise=NOT_UNDER_CHECK, source="003 L6308",
        ),
        step(FileAppeal, AppealFiled, At.REFUSED, OFFICER, tell=rules.file, otherwise=NOT_REFUSED, source="003 L6308"),
        step(
            UpholdAppeal, (AppealUpheld, ProducerCertified), At.APPEALED, PROVINCE_APPROVES,
            unless=(same_person, announced_first), tell=rules.uphold, otherwise=NO_APPEAL, source="003 L6308",
        ),
        step(
            DismissAppeal, AppealDismissed, At.APPEALED, PROVINCE_APPROVES, unless=(same_person,),
            otherwise=NO_APPEAL, source="003 L6308",
        ),
        step(
            RevokeRegistration, RegistrationRevoked, At.CERTIFIED, PROVINCE_APPROVES, otherwise=NOT_REGISTERED,
            source="003 L6311",
        ),
    ),
    ends=(At.DISMISSED, At.REVOKED),
    makers=frozenset({"recorder", "decider"}),
    also={
        DistrictAgreed: {"district": rules.agreed},
        DistrictNotAgreed: {"district": rules.not_agreed, "reasons": rules.as_before},
        ApplicationReturned: {"district": rules.void},
        ApplicationResubmitted: {"reasons": rules.none},
        ProducerCertified: {"reasons": rules.none},
    },
)  # fmt: skip
