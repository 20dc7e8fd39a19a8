"""`python -m tests.bench [--quick | --full] [--only commit,http] [--write-docs]`: measure, show a table, write `.local/bench.json`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from services.chassis import logs
from services.chassis.settings import Settings
from tests.bench import catalogue, commit, http, intake, memory, project, readers, relay, replay, visible
from tests.bench.figure import Figure
from tests.bench.report import page, spread, told, verdict
from tests.bench.scale import DEFAULT, FULL, QUICK
from tests.bench.site import Site
from tests.local_stack import REPOSITORY, own_stack

GROUPS: Mapping[str, Callable[[Site], Coroutine[Any, Any, list[Figure]]]] = {
    "commit": commit.measure,
    "http": http.measure,
    "import": intake.measure,
    "relay": relay.measure,
    "project": project.measure,
    "visible": visible.measure,
    "readers": readers.measure,
    "replay": replay.measure,
    "memory": memory.measure,
    "catalogue": catalogue.measure,
}


def main() -> None:
    """Measure what was asked for; each group in the order of the table."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    size = asked.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a smoke test; its figures mean nothing")
    size.add_argument("--full", action="store_true", help="the largest sizes; takes long")
    asked.add_argument("--only", default="", help=f"some of {','.join(GROUPS)}")
    asked.add_argument(
        "--write-docs", action="store_true", help="write docs/bench.md too; of all groups only"
    )
    given = asked.parse_args()
    chosen = [name for name in given.only.split(",") if name] or list(GROUPS)
    if unknown := set(chosen) - GROUPS.keys():
        asked.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if given.write_docs and (given.quick or set(chosen) != GROUPS.keys()):
        asked.error("--write-docs tells of a whole run that means something: without --quick and --only")
    scale = QUICK if given.quick else FULL if given.full else DEFAULT
    target = Settings.from_env().home / "bench.json"
    logs.configure("bench", "CRITICAL", sys.stderr.buffer)
    console = Console(width=None if sys.stdout.isatty() else 140)
    machine = _machine()
    found: dict[str, list[Figure]] = {}
    begun = perf_counter()
    with own_stack() as stack:
        site = Site(stack, scale)
        for name in chosen:
            started = perf_counter()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                found[name] = runner.run(GROUPS[name](site))
            console.print(f"[dim]{name}: {perf_counter() - started:.0f} s[/]")
    machine |= {"load_after": _load(), "seconds": round(perf_counter() - begun), "scale": scale.name}
    console.print(_table(found, machine))
    _write(target, found, machine)
    if given.write_docs:
        figures = [figure for group in found.values() for figure in group]
        (REPOSITORY / "docs/bench.md").write_text(page(figures, machine))
    console.print(str(target), style="dim")


def _machine() -> dict[str, str | int | float]:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": model,
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_before": _load(),
    }


def _load() -> float:
    return round(os.getloadavg()[0], 2)


def _table(found: Mapping[str, list[Figure]], machine: Mapping[str, str | int | float]) -> Table:
    caption = " · ".join(f"{name} {value}" for name, value in machine.items())
    table = Table(title=f"ชุมชน · Chumchon · {machine['at']}", caption=caption, title_justify="left")
    for heading in ("figure", "median", "min to max", "goal", "measured"):
        right = heading in ("median", "min to max")
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "measured")
    for figures in found.values():
        for figure in figures:
            goal = f"{figure.goal} {verdict(figure).strip('*')}" if figure.goal else ""
            table.add_row(figure.name, told(figure), spread(figure), goal, figure.note)
        table.add_section()
    return table


def _write(target: Path, found: Mapping[str, list[Figure]], machine: Mapping[str, str | int | float]) -> None:
    flat: dict[str, str | int | float] = dict(machine)
    for figures in found.values():
        for figure in figures:
            flat |= figure.flat()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(flat, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
