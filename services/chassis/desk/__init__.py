"""The desk: what people enter, declared once.

desk = Desk(routes)
fund = desk.about(FUND, FundKey, "/v1/funds/{fund_id}")
fund.opens(EstablishFund, roles=OFFICER, checks={"area": in_open_area})
fund.takes(AssessFundLevel, "assessments", roles=OFFICER)
"""

from __future__ import annotations

from services.chassis.desk.asking import Check, Fill, Stamp, Stream
from services.chassis.desk.desk import Desk, Things
from services.chassis.desk.entry import Entry

__all__ = ["Check", "Desk", "Entry", "Fill", "Stamp", "Stream", "Things"]
