"""`python -m tests.chaos --seed 1 --kills 200`: one run with its progress, and a table at the end."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from services.chassis import logs
from services.chassis.settings import Settings
from tests.chaos.plan import Strike
from tests.chaos.run import Progress, Verdict, run


def main() -> int:
    """0 if there is no difference."""
    asked = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    asked.add_argument("--seed", type=int, default=1, help="the same seed is the same plan")
    asked.add_argument("--kills", type=int, default=200, help="how many strikes, SIGSTOPs among them")
    given = asked.parse_args()
    logs.configure("chaos", "CRITICAL", sys.stderr.buffer)
    console = Console(width=None if sys.stdout.isatty() else 140)
    kept = Settings.from_env().home / "chaos" / f"seed-{given.seed}"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("", total=given.kills)

        def strike(one: Strike, counts: Counter[str]) -> None:
            told = f"{counts['commands']:,} commands, {counts['unknown']} unknown"
            bar.update(task, advance=1, description=f"{one.blow} {one.victim:<21} {told:<32}")
            done = int(bar.tasks[task].completed)
            if not console.is_terminal and done % 20 == 0:
                console.print(f"{done}/{given.kills}: {told}")

        progress = Progress(lambda phase: bar.update(task, description=phase), strike)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            verdict = runner.run(run(given.seed, given.kills, progress, kept))
    show(console, verdict)
    if verdict.differences or verdict.own_ends or verdict.lost:
        console.print(f"the logs are in {kept}")
    return bool(verdict.differences)


def show(console: Console, verdict: Verdict) -> None:
    """The verdict as tables."""
    strikes = Table(title=f"seed {verdict.seed}: {verdict.strikes.total()} strikes in {verdict.storm:.0f} s")
    for head in ("victim", "kill -9", "SIGSTOP"):
        strikes.add_column(head, justify="left" if head == "victim" else "right")
    for kind in dict.fromkeys(kind for kind, _ in sorted(verdict.strikes)):
        strikes.add_row(kind, str(verdict.strikes[kind, "kill"]), str(verdict.strikes[kind, "stop"]))
    console.print(strikes)
    counts = verdict.counts
    rows = {
        "commands, all with a known answer in the end": counts["commands"],
        "answers with an unknown outcome, sent again": counts["unknown"],
        "of which had been done the first time": counts["answered before"],
        "turned away (503, not done), sent again": counts["unavailable"],
        "nobody there, sent again": counts["nobody there"],
        "events": verdict.events,
        "repeats in Kafka": verdict.repeats,
        "processes that ended by themselves and were started again": sum(verdict.own_ends.values()),
        "mongods that hung in their own rollback and were killed": len(verdict.hung),
        "transactions that Kafka lost sight of, committed by a relay": verdict.lost,
        "differences": len(verdict.differences),
    }
    table = Table(show_header=False)
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    console.print(table)
    for name, times in verdict.own_ends.items():
        console.print(f"{name} ended by itself, {times} times" if times > 1 else f"{name} ended by itself")
    for difference in verdict.differences[:50]:
        console.print(difference, style="red", markup=False)
    console.print(f"{verdict.whole:.0f} s in all")


if __name__ == "__main__":
    raise SystemExit(main())
