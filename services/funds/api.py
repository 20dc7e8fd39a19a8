"""The route table of `funds`."""

from __future__ import annotations

from dataclasses import replace

from contracts.funds import ImportAccepted, ImportCompleted
from services.chassis.access import Role
from services.chassis.decider import Refused
from services.chassis.desk import Desk
from services.chassis.http import PUBLIC, Part, Routes
from services.chassis.imports import Imports
from services.chassis.known_areas import in_open_area
from services.chassis.service import Parts
from services.funds.domain.clinic import MOBILE_CLINIC, ClinicKey, ListEarlierClinic, SelectForClinic
from services.funds.domain.debt_case import DEBT_CASE
from services.funds.domain.fund import (
    FUND,
    NOT_FOUND,
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


async def known_fund(clinic: ClinicKey, parts: Part[Parts]) -> Refused | None:
    """There is such a fund."""
    held = await parts.handler.proven(FUND, clinic.fund_id)
    return None if held.version else replace(NOT_FOUND, kind="invalid")


of_a_fund = {"number": known_fund}
desk.lifecycle(
    MOBILE_CLINIC, "/v1/mobile-clinics/{mobile_clinic_id}",
    checks={SelectForClinic: of_a_fund, ListEarlierClinic: of_a_fund},
)  # fmt: skip
desk.lifecycle(DEBT_CASE, "/v1/debt-cases/{debt_case_id}")

imports = Imports(desk, ImportAccepted, ImportCompleted)
