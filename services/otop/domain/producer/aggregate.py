"""The producer as one aggregate: every command and event goes to the file of its step."""

from __future__ import annotations

from typing import assert_never

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
from services.chassis.decider import Aggregate, Decision
from services.otop.domain.producer.appeal import (
    DismissAppeal,
    FileAppeal,
    UpholdAppeal,
    dismiss,
    dismissed,
    file,
    filed,
    uphold,
)
from services.otop.domain.producer.application import (
    ApplyAsProducer,
    ResubmitApplication,
    ReturnApplication,
    applied,
    apply,
    give_back,
    resubmit,
    resubmitted,
    returned,
)
from services.otop.domain.producer.decision import (
    CertifyProducer,
    RefuseRegistration,
    RevokeRegistration,
    certified,
    certify,
    refuse,
    refused,
    revoke,
    revoked,
)
from services.otop.domain.producer.district import GiveDistrictOpinion, give_opinion, opined
from services.otop.domain.producer.state import NOT_FOUND, Producer

ProducerCommand = (
    ApplyAsProducer
    | ReturnApplication
    | ResubmitApplication
    | GiveDistrictOpinion
    | CertifyProducer
    | RefuseRegistration
    | FileAppeal
    | UpholdAppeal
    | DismissAppeal
    | RevokeRegistration
)
ProducerEvent = (
    ProducerApplied
    | ApplicationReturned
    | ApplicationResubmitted
    | DistrictAgreed
    | DistrictNotAgreed
    | ProducerCertified
    | RegistrationRefused
    | AppealFiled
    | AppealUpheld
    | AppealDismissed
    | RegistrationRevoked
)


def decide(command: ProducerCommand, state: Producer) -> Decision:
    """See each command; a step that does not fit the stage is refused."""
    match command:
        case ApplyAsProducer():
            return apply(command, state)
        case _ if not state.producer_id:
            return NOT_FOUND
        case ReturnApplication():
            return give_back(command, state)
        case ResubmitApplication():
            return resubmit(command, state)
        case GiveDistrictOpinion():
            return give_opinion(command, state)
        case CertifyProducer():
            return certify(command, state)
        case RefuseRegistration():
            return refuse(command, state)
        case FileAppeal():
            return file(command, state)
        case UpholdAppeal():
            return uphold(command, state)
        case DismissAppeal():
            return dismiss(command, state)
        case RevokeRegistration():
            return revoke(command, state)
        case _:
            assert_never(command)


def evolve(state: Producer, event: ProducerEvent) -> Producer:
    """The producer after the event."""
    match event:
        case ProducerApplied():
            return applied(event)
        case ApplicationReturned():
            return returned(state, event)
        case ApplicationResubmitted():
            return resubmitted(state, event)
        case DistrictAgreed() | DistrictNotAgreed():
            return opined(state, event)
        case ProducerCertified():
            return certified(state, event)
        case RegistrationRefused():
            return refused(state, event)
        case AppealFiled():
            return filed(state, event)
        case AppealUpheld():
            return state  # the certification beside it says the rest
        case AppealDismissed():
            return dismissed(state, event)
        case RegistrationRevoked():
            return revoked(state, event)
        case _:
            assert_never(event)


PRODUCER = Aggregate(
    name="producer",
    initial=Producer(),
    decide=decide,
    evolve=evolve,
    events=frozenset(
        {
            ProducerApplied,
            ApplicationReturned,
            ApplicationResubmitted,
            DistrictAgreed,
            DistrictNotAgreed,
            ProducerCertified,
            RegistrationRefused,
            AppealFiled,
            AppealUpheld,
            AppealDismissed,
            RegistrationRevoked,
        }
    ),
    area=lambda producer: producer.area,
)
