"""The term of office of a fund's committee, renewed (วาระการดำรงตำแหน่ง, seed 003 L6015). Who sits in it is in `members`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from contracts.funds import FundCommitteeRenewed
from services.chassis.decider import Command, Decision, Happened, Refused
from services.funds.domain.fund.state import TOO_EARLY, Fund


class RenewFundCommittee(Command):
    """ต่อวาระคณะกรรมการกองทุน · Renew the committee's term

    Enter a new term. How long a term may be is not printed: both days are given.
    """

    on: Happened
    """วันที่มีมติ · decided on"""
    term_start: date
    """วันแรกของวาระ · first day of the term"""
    term_end: date
    """วันสุดท้ายของวาระ · last day of the term"""

    def mistakes(self) -> Iterator[Refused]:
        """The days may be one."""
        if self.term_end < self.term_start:
            yield ENDS_FIRST


ENDS_FIRST = Refused(
    "term-ends-before-it-starts",
    "วันสิ้นสุดวาระอยู่ก่อนวันเริ่มวาระ",
    "The term ends before it starts.",
    kind="invalid",
    field="term_end",
)
OLDER_TERM = Refused(
    "term-before-the-known-one",
    "มีวาระที่เริ่มหลังจากนี้บันทึกไว้แล้ว",
    "A term that starts later than this is known already.",
)


def renew(command: RenewFundCommittee, fund: Fund) -> Decision:
    """The known term once more is a no-op; a term that starts no later than it is refused."""
    term = (command.term_start, command.term_end)
    if command.on < fund.on:
        return TOO_EARLY
    if fund.term == term:
        return []
    if fund.term and command.term_start <= fund.term[0]:
        return OLDER_TERM
    return [
        FundCommitteeRenewed(
            **fund.said(command.on),
            term_start=command.term_start,
            term_end=command.term_end,
            was_term_end=fund.term[1] if fund.term else None,
        )
    ]


def renewed(fund: Fund, event: FundCommitteeRenewed) -> Fund:
    """The fund after it."""
    return replace(fund, term=(event.term_start, event.term_end))
