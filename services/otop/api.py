"""The route table of `otop`."""

from __future__ import annotations

from typing import Any

from contracts.otop import ImportAccepted, ImportCompleted
from services.chassis.access import Caller, Role
from services.chassis.days import today
from services.chassis.desk import Desk
from services.chassis.http import BY_CALLER, Part, Routes, Seen
from services.chassis.imports import Imports
from services.chassis.known_areas import in_open_area
from services.chassis.problems import refusal
from services.chassis.service import Parts
from services.otop.domain.producer import (
    NOT_FOUND,
    PRODUCER,
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
)
from services.otop.views import producer_page

OFFICER, APPROVER = {Role.OFFICER}, {Role.APPROVER}

routes = Routes("otop")
desk = Desk(routes)

producer = desk.about(PRODUCER, ProducerKey, "/v1/producers/{producer_id}")
producer.opens(ApplyAsProducer, roles=OFFICER, checks={"area": in_open_area})
producer.takes(ReturnApplication, "return", roles=OFFICER)
producer.takes(ResubmitApplication, "resubmit", roles=OFFICER)
producer.takes(GiveDistrictOpinion, "district-opinion", roles=OFFICER)
producer.takes(CertifyProducer, "certify", roles=APPROVER)
producer.takes(RefuseRegistration, "refuse", roles=APPROVER)
producer.takes(FileAppeal, "appeal", roles=OFFICER)
producer.takes(UpholdAppeal, "appeal/uphold", roles=APPROVER)
producer.takes(DismissAppeal, "appeal/dismiss", roles=APPROVER)
producer.takes(RevokeRegistration, "revoke", roles=APPROVER)

imports = Imports(desk, ImportAccepted, ImportCompleted)


@routes.query(
    "/v1/producers/{producer_id}",
    roles={Role.OFFICER, Role.APPROVER, Role.AUDITOR},
    scope=BY_CALLER,
    summary="One producer",
)
async def one(producer_id: ProducerId, caller: Caller, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(PRODUCER, producer_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    caller.require_area(held.state.area)
    seen.version(held.version)
    return {"id": producer_id, "version": held.version, **producer_page(held.state, today())}
