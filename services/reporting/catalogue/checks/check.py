"""All checks of a catalogue together."""

from __future__ import annotations

from dataclasses import dataclass

from services.reporting.catalogue.checks.mismatches import unlisted
from services.reporting.catalogue.checks.outcome import Outcome
from services.reporting.catalogue.checks.restatements import undeclared
from services.reporting.catalogue.checks.sources import Documents, not_in_sources
from services.reporting.catalogue.checks.sums import outcomes
from services.reporting.catalogue.fault import Fault
from services.reporting.catalogue.types.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Checked:
    """What was re-derived, and what is wrong: nothing, or the faults in the order of files and lines."""

    outcomes: tuple[Outcome, ...]
    faults: tuple[Fault, ...]


def check(catalogue: Catalogue, documents: Documents | None = None) -> Checked:
    """Re-derive everything. With the lines of the sources, look up every citation too; without, only the sums."""
    faults: list[Fault] = []
    found = tuple(outcomes(catalogue, faults))
    faults.extend(unlisted(catalogue, found))
    faults.extend(undeclared(catalogue))
    if documents is not None:
        faults.extend(not_in_sources(catalogue, documents))
    return Checked(found, tuple(sorted(faults)))
