"""Shares of the partitions, each in a process of its own, with one count of what is done."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from contracts.topics import PARTITIONS

TELL_SECONDS = 0.2
EVENTS_A_PROCESS = 50_000
"""Fewer are done before another process has started."""

R = TypeVar("R")
Tell = Callable[[int], None]
"""Called with how many events more are done."""


def shares(jobs: int, events: int) -> list[frozenset[int]]:
    """The partitions in so many shares; `jobs` 0 means as many as pay, given the processors and the events."""
    jobs = jobs or min(os.cpu_count() or 1, 4, events // EVENTS_A_PROCESS + 1)
    return [frozenset(range(job, PARTITIONS, jobs)) for job in range(min(jobs, PARTITIONS))]


async def in_processes(
    work: Callable[..., R], each: Sequence[tuple[Any, ...]], tell: Callable[[int], None]
) -> list[R]:
    """`work(*arguments, tell)` for each, side by side; `tell(done so far)` is called here now and then.

    `work` is a function of a module, because it goes to another process by name. What one raises is raised here.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])  # what takes longest to start is what is imported
    done = context.Array("Q", len(each))
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(len(each), mp_context=context, initializer=_given, initargs=(done,)) as pool:
        tasks = [
            loop.run_in_executor(pool, _counted, work, arguments, job) for job, arguments in enumerate(each)
        ]
        try:
            while True:
                _, rest = await asyncio.wait(tasks, timeout=TELL_SECONDS)
                tell(sum(done[:]))
                if not rest:
                    return [task.result() for task in tasks]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_DONE: Any = None


def _given(done: Any) -> None:
    global _DONE  # noqa: PLW0603 - a pool hands shared memory to its processes by an initializer only
    _DONE = done


def _counted(work: Callable[..., R], arguments: tuple[Any, ...], job: int) -> R:
    def tell(more: int) -> None:
        _DONE[job] += more

    return work(*arguments, tell)
