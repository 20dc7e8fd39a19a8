"""What the audits' commands show to people: findings with their sentences, bars of progress, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.chassis.audit import Finding

FAULTS, COULD_NOT_LOOK = 1, 2
SHOWN = 50
"""Findings in what people see; `--json` has more."""


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """The first of them, each with its place, its sentences, what was expected and what was found."""
    for finding in findings[:SHOWN]:
        place = f"{finding.service}/{finding.partition} offset {finding.offset} position {finding.position}"
        what = f"{finding.kind.value} {finding.where} {place} {finding.stream} v{finding.version}"
        console.print(what, style="red", markup=False, highlight=False)
        for line in (finding.th, finding.en, f"expected {finding.expected}", f"found    {finding.found}"):
            console.print(f"  {line}", markup=False, highlight=False)
    if len(findings) > SHOWN:
        console.print(f"… {len(findings) - SHOWN:,} more")


@contextmanager
def bars() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """Give a name, get a `tell(done, of)` whose bar goes on; on standard error, so that JSON stays alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def bar(name: str) -> Callable[[int, int], None]:
            task = progress.add_task(name, total=None)
            return lambda done, of: progress.update(task, completed=done, total=of)

        yield bar
