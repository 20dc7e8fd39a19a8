"""The term of office of a fund's committee, renewed (วาระการดำรงตำแหน่ง, seed 003 L6015). Who sits in it is in `members`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.funds import FundCommitteeRenewed
from services.chassis.decider import Command, Decision, Refused
from services.funds.domain.fund.state import TOO_EARLY, Fund


class RenewFundCommittee(Command):
    """Enter a new term, decided on `on`. How long a term may be is not printed: both days are given."""

    on: date
    term_start: date
    term_end: date


ENDS_FIRST = Refused(
    "term-ends-before-it-starts",
    "วันสิ้นสุดวาระอยู่ก่อนวันเริ่มวาระ",
    "The term ends before it starts.",
    kind="invalid",
)
OLDER_TERM = Refused(
    "term-before-the-known-one",
    "มีวาระที่เริ่มหลังจากนี้บันทึกไว้แล้ว",
    "A term that starts later than this is known already.",
)


def renew(command: RenewFundCommittee, fund: Fund) -> Decision:
    """The known term once more is a no-op; a term that starts no later than it is refused."""
    term = (command.term_start, command.term_end)
    if command.term_end < command.term_start:
        return ENDS_FIRST
    if command.on < fund.on:
        return TOO_EARLY
    if fund.term == term:
        return []
    if fund.term and command.term_start <= fund.term[0]:
        return OLDER_TERM
    return [
        FundCommitteeRenewed(
            area=fund.area,
            on=command.on,
            fund_id=fund.fund_id,
            kind=fund.kind,
            term_start=command.term_start,
            term_end=command.term_end,
            was_term_end=fund.term[1] if fund.term else None,
        )
    ]


def renewed(fund: Fund, event: FundCommitteeRenewed) -> Fund:
    """The fund after it."""
    return replace(fund, term=(event.term_start, event.term_end))
