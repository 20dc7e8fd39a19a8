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
from services.otop.domain.producer import PRODUCER, ProducerId
from services.otop.domain.wisdom import WISDOM_PRODUCT
from services.otop.views import producer_page

routes = Routes("otop")
desk = Desk(routes, places=in_open_area)

desk.lifecycle(PRODUCER, "/v1/producers/{producer_id}")
desk.lifecycle(WISDOM_PRODUCT, "/v1/wisdom-products/{wisdom_product_id}")

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
        raise refusal(PRODUCER.not_found)
    caller.require_area(held.state.area)
    seen.version(held.version)
    return {"id": producer_id, "version": held.version, **producer_page(held.state, today())}
