"""The local stack as a whole: `up` starts and repairs, `down` ends what `up` started, `status` looks."""

from __future__ import annotations

import asyncio
import fcntl
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.local import keys, process
from deploy.local.parts import NAMES, REPOSITORY, Part, levels
from deploy.local.ports import demand_free
from deploy.local.trouble import StackError
from services.chassis.settings import Settings

Say = Callable[[str, str], None]
"""Told the name of a part and a phrase, in Thai and English, as it happens."""
STRANGERS_GRACE = 20.0  # seconds, for what was recorded here under a name that is no part's
OTHERS_PATIENCE = 15.0  # seconds that a Kafka or MongoDB of somebody else has to answer


def _silent(_name: str, _phrase: str) -> None:
    pass


async def up(settings: Settings, only: Sequence[str] | None = None, say: Say = _silent) -> None:
    """Start what does not run, repair what died, leave alone what is well; returns when all chosen parts are ready.

    Raises StackError for the first part that could not be started; what runs by then stays. ValueError: no such part.
    """
    chosen = _chosen(only)
    with _alone(settings.home):
        if keys.ensure(settings):
            say("secrets", f"สร้างกุญแจแล้ว · keys made: {settings.secrets}")
        if keys.ensure_session_keys(settings):
            say("secrets", f"สร้างกุญแจการเข้าสู่ระบบแล้ว · session keys made: {settings.session_keys}")
        for level in levels(chosen):
            await _together([_bring_up(part, settings, say) for part in level])


async def down(settings: Settings, only: Sequence[str] | None = None, say: Say = _silent) -> list[str]:
    """End what `up` started, last first, and nothing else; returns the names of what was running."""
    chosen = _chosen(only)
    ended: list[str] = []

    async def end(name: str, grace: float) -> None:
        if await process.stop(settings.home, name, grace):
            say(name, "หยุดแล้ว · stopped")
            ended.append(name)

    with _alone(settings.home):
        if only is None:
            recorded = {path.stem for path in (settings.home / "run").glob("*.json")}
            await _together([end(name, STRANGERS_GRACE) for name in sorted(recorded - set(NAMES))])
        for level in reversed(levels(chosen)):
            await _together([end(part.name, part.grace) for part in level])
    return ended


async def _bring_up(part: Part, settings: Settings, say: Say) -> None:
    begun = time.monotonic()
    started = False
    patience = part.patience
    if not part.ours(settings):
        patience = OTHERS_PATIENCE
    elif part.prepare is not None:
        started = await _start(part, settings, say)
    await _awake(part, settings, patience)
    seconds = time.monotonic() - begun
    after = f" ({seconds:.1f} s)" if started else ""
    say(part.name, f"พร้อม · ready{after}  {part.address(settings)}".rstrip())


async def _start(part: Part, settings: Settings, say: Say) -> bool:
    assert part.prepare is not None
    launch = await asyncio.to_thread(part.prepare, settings, lambda phrase: say(part.name, phrase))
    before = process.running(settings.home, part.name)
    if before and before.fingerprint == launch.fingerprint:
        return False
    if before:
        say(part.name, "ค่าที่ตั้งเปลี่ยน จึงเริ่มใหม่ · its settings changed, starting it again")
    elif process.recorded(settings.home, part.name):
        say(part.name, "หยุดไปเอง จึงเริ่มใหม่ · it had died, starting it again")
    await process.stop(
        settings.home, part.name, part.grace
    )  # and what it left behind, nginx's workers for one
    for name in part.ports:
        demand_free(name, settings.ports[name])
    try:
        process.spawn(
            settings.home,
            part.name,
            launch.argv,
            fingerprint=launch.fingerprint,
            cwd=REPOSITORY,
            env=launch.env,
        )
    except OSError as error:
        raise StackError(
            "cannot_execute",
            en=f"{part.name} cannot be started: {launch.argv[0]}: {error.strerror}.",
            th=f"เริ่ม {part.name} ไม่ได้: {launch.argv[0]}: {error.strerror}",
        ) from error
    return True


async def _awake(part: Part, settings: Settings, patience: float) -> None:
    """Ask until it is ready; raises StackError `died`, `not_ready` or `unreachable`."""
    deadline = time.monotonic() + patience
    mine = part.prepare is not None and part.ours(settings)
    log = process.log_path(settings.home, part.name)
    while True:
        try:
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                if await part.wake(settings):
                    return
        except TimeoutError:
            pass
        if mine and process.running(settings.home, part.name) is None:
            tail = process.log_tail(settings.home, part.name)
            raise StackError(
                "died",
                en=f"{part.name} ended as soon as it was started. The end of {log}:\n{tail}",
                th=f"{part.name} หยุดทำงานทันทีหลังเริ่ม โปรดดู {log}",
            )
        if time.monotonic() > deadline:
            raise _late(part, settings, patience, log if mine else None)
        await asyncio.sleep(0.1)


def _late(part: Part, settings: Settings, patience: float, log: Path | None) -> StackError:
    if log is None:
        return StackError(
            "unreachable",
            en=f"{part.name} at {part.address(settings)} does not answer (waited {patience:.0f} s).",
            th=f"{part.name} ที่ {part.address(settings)} ไม่ตอบ (รอแล้ว {patience:.0f} วินาที)",
        )
    tail = process.log_tail(settings.home, part.name)
    return StackError(
        "not_ready",
        en=f"{part.name} runs but is not ready after {patience:.0f} s; chumchon down and up start it afresh. "
        f"The end of {log}:\n{tail}",
        th=f"{part.name} ทำงานอยู่แต่ยังไม่พร้อมหลังจาก {patience:.0f} วินาที ใช้ chumchon down แล้ว up เพื่อเริ่มใหม่ โปรดดู {log}",
    )


async def _together(work: list[Coroutine[Any, Any, None]]) -> None:
    """All of them to their end, then the first error: a part that fails does not leave its neighbour half started."""
    errors = [result for result in await asyncio.gather(*work, return_exceptions=True) if result is not None]
    if errors:
        raise errors[0]


def _chosen(only: Sequence[str] | None) -> tuple[str, ...]:
    unknown = sorted(set(only or ()) - set(NAMES))
    if unknown:
        raise ValueError(f"no such part: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return tuple(only) if only is not None else NAMES


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One `up` or `down` at a time for each home: a second one waits."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
