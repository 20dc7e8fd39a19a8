"""How long the catalogue of a fiscal year takes to load and to check: at every start of a service, and in every check."""

from __future__ import annotations

from time import perf_counter

from services.reporting.catalogue import load
from services.reporting.catalogue.checks.check import check
from services.reporting.catalogue.files import YEARS
from tests.bench.figure import Figure
from tests.bench.site import Site

YEAR = 2565
LOADS = 5


async def measure(site: Site) -> list[Figure]:
    """Files to validated rows with every name looked up; all sums derived again; and how much that is."""
    load(YEAR)  # imports and pydantic's validators are made once a process
    loads, checks = [], []
    for _ in range(LOADS):
        begun = perf_counter()
        catalogue = load(YEAR)
        loads.append(1000 * (perf_counter() - begun))
        begun = perf_counter()
        check(catalogue)
        checks.append(1000 * (perf_counter() - begun))
    rows = sum(1 for _ in catalogue.rows())
    lines = sum(path.read_text("utf-8").count("\n") for path in (YEARS / f"fy{YEAR}").rglob("*.yaml"))
    note = f"{rows:,} rows in {lines:,} lines of YAML: read, validated, references looked up"
    return [
        Figure("catalogue_load_ms", tuple(loads), "ms", goal="≤ 1000", note=note),
        Figure("catalogue_check_ms", tuple(checks), "ms", note="every printed sum derived again"),
        Figure("catalogue_rows", (float(rows),), note="of all kinds"),
        Figure("catalogue_lines", (float(lines),), note="of YAML"),
    ]
