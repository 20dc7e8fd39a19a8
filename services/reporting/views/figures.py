"""The figures of a board as named integers: what a report is made of when it is handed in, and what an audit compares."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.members import Network
from services.reporting.views import fold
from services.reporting.views.board import Board


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
        **{fold.FUNDS[kind]: n for kind, n in board.funds.parts.items()},
        **{fold.PRODUCERS[category]: n for category, n in board.producers.parts.items()},
    }
