"""Events → the board's read models (`fold`), and the queries over them: each as of a business date, each typed."""

from __future__ import annotations

from services.reporting.views.board import Board, board
from services.reporting.views.counts import (
    AreaMembers,
    AreaTally,
    Headcount,
    Members,
    Tally,
    funds_by_area,
    levels_by_area,
    members_by_area,
    producers_by_area,
    stages_by_area,
    upgrades_by_area,
)
from services.reporting.views.coverage import Coverage, Tambon, coverage
from services.reporting.views.duties import Duties, duties, newest_duties, to_do
from services.reporting.views.duties import one as one_duty
from services.reporting.views.duty import Duty, DutyStatus
from services.reporting.views.duty_fold import DUTIES
from services.reporting.views.figures import figures
from services.reporting.views.fold import BOARD
from services.reporting.views.growth import Growth, GrowthStatus, Target, growth
from services.reporting.views.register import Area, area, areas, below, digits, trail

__all__ = [
    "BOARD",
    "DUTIES",
    "Area",
    "AreaMembers",
    "AreaTally",
    "Board",
    "Coverage",
    "Duties",
    "Duty",
    "DutyStatus",
    "Growth",
    "GrowthStatus",
    "Headcount",
    "Members",
    "Tally",
    "Tambon",
    "Target",
    "area",
    "areas",
    "below",
    "board",
    "coverage",
    "digits",
    "duties",
    "figures",
    "funds_by_area",
    "growth",
    "levels_by_area",
    "members_by_area",
    "newest_duties",
    "one_duty",
    "producers_by_area",
    "stages_by_area",
    "to_do",
    "trail",
    "upgrades_by_area",
]
