"""A lifecycle: a thing that goes through dated steps, declared as a table from which `decide` and `evolve` follow. Pure."""

from services.chassis.lifecycle.deciding import TOO_EARLY
from services.chassis.lifecycle.office import (
    DEPARTMENT,
    DISTRICT,
    OFFICER,
    PROVINCE,
    PROVINCE_APPROVES,
    Office,
)
from services.chassis.lifecycle.rules import Rule, refuses, same_person
from services.chassis.lifecycle.steps import NEW, Progress, Say, Signed, Step, step
from services.chassis.lifecycle.table import Lifecycle, lifecycle

__all__ = [
    "DEPARTMENT",
    "DISTRICT",
    "NEW",
    "OFFICER",
    "PROVINCE",
    "PROVINCE_APPROVES",
    "TOO_EARLY",
    "Lifecycle",
    "Office",
    "Progress",
    "Rule",
    "Say",
    "Signed",
    "Step",
    "lifecycle",
    "refuses",
    "same_person",
    "step",
]
