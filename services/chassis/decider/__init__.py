"""The one idea: `decide(command, state) -> events | Refused`, `evolve(state, event) -> state`. Pure."""

from contracts.codes import Code
from services.chassis.decider.aggregate import Aggregate, aggregate_of
from services.chassis.decider.decisions import Actor, Decision, Forgotten, Refused, Sealed
from services.chassis.decider.declared import (
    CITIZEN_NUMBER,
    Buddhist,
    CitizenNumber,
    Command,
    Declared,
    FiscalYear,
    Happened,
    Key,
    Past,
    Personal,
    Stamped,
    Today,
)

__all__ = [
    "CITIZEN_NUMBER",
    "Actor",
    "Aggregate",
    "Buddhist",
    "CitizenNumber",
    "Code",
    "Command",
    "Decision",
    "Declared",
    "FiscalYear",
    "Forgotten",
    "Happened",
    "Key",
    "Past",
    "Personal",
    "Refused",
    "Sealed",
    "Stamped",
    "Today",
    "aggregate_of",
]
