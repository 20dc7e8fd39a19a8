"""The figures of a board as named integers: what a report is made of when it is handed in, and what an audit compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.members import Network
from services.reporting.views import fold
from services.reporting.views.board import Board
from services.reporting.views.funds import FundCount


def figures(board: Board) -> Mapping[str, int]:
    """Measure → number, as the board shows it of its area; the same names in the same order for every area and day."""
    network = Network.TSM
    count, coverage = board.members.total, board.coverage
    return {
        fold.current(network): count.members,
        f"members.{network}.new": count.new,
        fold.cards(network): count.cards,
        fold.confirmations(network): count.confirmations,
        fold.generated(network): count.generated,
        f"coverage.{network}.tambons": len(coverage.tambons),
        f"coverage.{network}.covered": len(coverage.covered),
        f"coverage.{network}.villages": coverage.villages,
        **{name: n for kind in board.funds.kinds for name, n in _fund_figures(kind)},
        **{fold.PRODUCERS[category]: n for category, n in board.producers.parts.items()},
        **{fold.STAGES[stage]: n for stage, n in board.producers.stages.items()},
        fold.APPEALS: board.producers.appeals,
    }


def _fund_figures(count: FundCount) -> Iterator[tuple[str, int]]:
    kind = count.kind
    yield fold.FUNDS[kind], count.total
    for level, n in count.levels.items():
        yield fold.LEVELS[kind][level], n
    if kind in fold.UPGRADES:
        yield fold.UPGRADES[kind], count.upgraded
    yield fold.REVIEWED[kind], count.reviewed
    yield fold.VERIFIED[kind], count.verified
    yield fold.LINKED[kind], count.groups
