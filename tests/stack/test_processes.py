"""A process is ours by pid and start time together; ours outlive us, others' are never touched."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import kernel, process

STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
PARENT = "import subprocess,sys,time; subprocess.Popen([sys.executable,'-c','import time; time.sleep(60)']); time.sleep(60)"


def spawn(home: Path, name: str, code: str) -> process.Record:
    return process.spawn(home, name, [sys.executable, "-c", code], fingerprint="")


async def eventually(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_child_survives_the_command_that_started_it(tmp_path: Path) -> None:
    command = (
        "import sys; from pathlib import Path; from deploy.local import process;"
        f"process.spawn(Path({str(tmp_path)!r}), 'sleeper', [sys.executable, '-c', 'import time; time.sleep(60)'],"
        "fingerprint='')"
    )
    subprocess.run([sys.executable, "-c", command], check=True)
    assert process.running(tmp_path, "sleeper")
    assert await process.stop(tmp_path, "sleeper", 5)
    assert process.running(tmp_path, "sleeper") is None


async def test_what_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    record = spawn(tmp_path, "deaf", STUBBORN)
    await eventually(lambda: "deaf" in process.log_tail(tmp_path, "deaf"))
    begun = time.monotonic()
    assert await process.stop(tmp_path, "deaf", 0.5)
    assert 0.5 <= time.monotonic() - begun < 5
    assert kernel.identity(record.pid) is None


async def test_a_recycled_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        (tmp_path / "run").mkdir()
        boot = (kernel.identity(os.getpid()) or "").rpartition(":")[0]
        record = {"name": "old", "pid": stranger.pid, "who": f"{boot}:1", "fingerprint": "", "since": ""}
        (tmp_path / "run" / "old.json").write_text(json.dumps(record), encoding="utf-8")
        assert process.running(tmp_path, "old") is None
        assert not await process.stop(tmp_path, "old", 1)
        assert stranger.poll() is None
        assert not (tmp_path / "run" / "old.json").exists()
    finally:
        stranger.kill()
        stranger.wait()


async def test_what_a_killed_process_left_behind_is_ended_too(tmp_path: Path) -> None:
    record = spawn(tmp_path, "parent", PARENT)

    def family() -> list[int]:
        return [
            pid for pid, stat in kernel._processes() if stat.session == record.pid and stat.state not in "ZX"
        ]

    await eventually(lambda: len(family()) == 2)
    os.kill(record.pid, signal.SIGKILL)
    await eventually(lambda: process.running(tmp_path, "parent") is None)
    assert len(family()) == 1
    assert await process.stop(tmp_path, "parent", 1)
    assert family() == []


def test_half_a_pid_file_means_nothing_was_started(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "half.json").write_text('{"name": "half", "pi', encoding="utf-8")
    assert process.recorded(tmp_path, "half") is None


def test_a_log_that_grew_large_is_set_aside(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(process, "LOG_LIMIT", 10)
    log = process.log_path(tmp_path, "talker")
    log.parent.mkdir(parents=True)
    log.write_text("more than ten bytes", encoding="utf-8")
    spawn(tmp_path, "talker", "pass")
    assert log.with_suffix(".log.1").read_text(encoding="utf-8") == "more than ten bytes"
