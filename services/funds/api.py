"""The route table of `funds`."""

from __future__ import annotations

from contracts.funds import ImportAccepted, ImportCompleted
from services.chassis.access import Role
from services.chassis.desk import Desk
from services.chassis.http import PUBLIC, Routes
from services.chassis.imports import Imports
from services.chassis.known_areas import in_open_area
from services.funds.domain.fund import (
    FUND,
    AssessFundLevel,
    EstablishFund,
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

fund = desk.about(FUND, FundKey, "/v1/funds/{fund_id}", readers=PUBLIC, shows=fund_page)
fund.opens(EstablishFund, roles=OFFICER)
fund.takes(AssessFundLevel, roles=OFFICER)
fund.takes(PrepareDevelopmentPlan, roles=OFFICER)
fund.takes(ReviewFundRecord, roles=OFFICER)
fund.takes(VerifyFundRecord, roles=APPROVER)
fund.takes(RenewFundCommittee, roles=OFFICER)

imports = Imports(desk, ImportAccepted, ImportCompleted)
