"""A community fund: established in a village, its level assessed, its record renewed every year, its committee's terms,
the producer groups that belong to it (F_part4b_kpi.md §2 and §3)."""

from services.funds.domain.fund.aggregate import FUND, EstablishFund
from services.funds.domain.fund.committee import RenewFundCommittee
from services.funds.domain.fund.level import AssessFundLevel, PrepareDevelopmentPlan
from services.funds.domain.fund.producers import LinkProducerGroup, UnlinkProducerGroup
from services.funds.domain.fund.record import ReviewFundRecord, VerifyFundRecord
from services.funds.domain.fund.state import NOT_FOUND, Fund, FundId, FundKey, fund_stream

__all__ = [
    "FUND",
    "NOT_FOUND",
    "AssessFundLevel",
    "EstablishFund",
    "Fund",
    "FundId",
    "FundKey",
    "LinkProducerGroup",
    "PrepareDevelopmentPlan",
    "RenewFundCommittee",
    "ReviewFundRecord",
    "UnlinkProducerGroup",
    "VerifyFundRecord",
    "fund_stream",
]
