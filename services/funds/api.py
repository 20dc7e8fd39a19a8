"""The route table of `funds`."""

from __future__ import annotations

from typing import Any

from contracts.funds import ImportAccepted, ImportCompleted
from services.chassis.access import Role
from services.chassis.days import today
from services.chassis.desk import Desk
from services.chassis.http import PUBLIC, Part, Routes, Seen
from services.chassis.imports import Imports
from services.chassis.known_areas import in_open_area
from services.chassis.problems import refusal
from services.chassis.service import Parts
from services.funds.domain.fund import (
    FUND,
    NOT_FOUND,
    AssessFundLevel,
    EstablishFund,
    FundId,
    FundKey,
    PrepareDevelopmentPlan,
    RenewFundCommittee,
    ReviewFundRecord,
    VerifyFundRecord,
)
from services.funds.views import fund_page

OFFICER, APPROVER = {Role.OFFICER}, {Role.APPROVER}

routes = Routes("funds")
desk = Desk(routes, places=in_open_area)

fund = desk.about(FUND, FundKey, "/v1/funds/{fund_id}")
fund.opens(EstablishFund, roles=OFFICER)
fund.takes(AssessFundLevel, roles=OFFICER)
fund.takes(PrepareDevelopmentPlan, roles=OFFICER)
fund.takes(ReviewFundRecord, roles=OFFICER)
fund.takes(VerifyFundRecord, roles=APPROVER)
fund.takes(RenewFundCommittee, roles=OFFICER)

imports = Imports(desk, ImportAccepted, ImportCompleted)


@routes.query("/v1/funds/{fund_id}", roles=PUBLIC, summary="One fund")
async def one(fund_id: FundId, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(FUND, fund_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    seen.version(held.version)
    return {"id": fund_id, "version": held.version, **fund_page(held.state, today())}
