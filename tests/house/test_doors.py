"""`make` targets are doors to `chumchon`; `.ci/run` is what CI runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from services.cli.main import app
from tests.house.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
DOORS = (
    "setup",
    "up",
    "down",
    "status",
    "demo",
    "test",
    "check",
    "schemas",
    "token",
    "bench",
    "chaos",
    "clean",
    "help",
)
PINS = ("uv", "runtime", "local", "dev")


def make(folder: Path, *goals: str) -> subprocess.CompletedProcess[str]:
    """`make` as somebody types it, not as a part of the make that runs us."""
    env = {key: value for key, value in os.environ.items() if key not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    return subprocess.run(
        ["make", "-C", folder, *goals], capture_output=True, text=True, env=env, check=False
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the Makefile and the pins in a folder with an awkward name, its environment as if it had been made."""
    folder = tmp_path / "บ้าน of Somchai's" / "x y"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "requirements").mkdir()
    for name in ("Makefile", "pyproject.toml", *(f"requirements/{pin}.txt" for pin in PINS)):
        shutil.copy(ROOT / name, folder / name)
        os.utime(folder / name, (1, 1))
    (folder / ".venv" / "bin" / "python").symlink_to(shutil.which("true") or "/bin/true")
    (folder / ".venv" / ".installed").write_text(f"{folder}\n", "utf-8")
    os.utime(folder / ".venv" / ".installed", (2, 2))
    return folder


def test_every_door_is_there_and_help_names_it_in_thai_and_english() -> None:
    said = make(ROOT, "help").stdout
    for door in DOORS:
        assert re.search(rf"^  make {door} +[\u0e00-\u0e7f].* · [\x20-\x7e]+", said, re.MULTILINE), door
    assert make(ROOT).stdout == said


def test_every_door_opens_to_a_command_that_exists() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"\$\(BIN\)/chumchon ([a-z-]+)", MAKEFILE)) <= commands


@pytest.mark.parametrize("door", [door for door in DOORS if door not in {"help", "clean", "setup"}])
def test_every_door_makes_the_environment_first(door: str) -> None:
    assert re.search(rf"^{door}: \$\((STAMP|BENCH)\) ##", MAKEFILE, re.MULTILINE)


def test_a_second_setup_is_a_no_op(house: Path) -> None:
    assert make(house, "-q", "setup").returncode == 0


@pytest.mark.parametrize("changed", [*(f"requirements/{pin}.txt" for pin in PINS), "pyproject.toml"])
def test_setup_is_done_again_when_a_pin_changes(house: Path, changed: str) -> None:
    (house / changed).touch()
    assert make(house, "-q", "setup").returncode == 1


def test_setup_is_done_again_where_the_folder_was_moved(house: Path) -> None:
    moved = house.rename(house.with_name("elsewhere"))
    assert make(moved, "-q", "setup").returncode == 1


def test_setup_is_done_again_where_its_python_is_gone(house: Path) -> None:
    (house / ".venv" / "bin" / "python").unlink()
    assert make(house, "-q", "setup").returncode == 1


def test_a_machine_without_a_python_is_told_so_in_thai_and_english(house: Path) -> None:
    shutil.rmtree(house / ".venv")
    said = make(house, "setup", "PYTHON=/nowhere/at all/python")
    assert said.returncode == 2
    assert "ไม่พบ Python 3.11" in said.stderr
    assert "No Python >= 3.11" in said.stderr


def test_uv_is_pinned_as_in_the_development_set() -> None:
    own = _hashes("uv")
    assert own
    assert own.items() <= _hashes("dev").items()


def test_ci_is_a_program_that_bash_understands() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    text = script.read_text("utf-8")
    assert "set -euo pipefail" in text
    assert "export CHUMCHON_REQUIRE=node,chromium" in text
    assert {"make check", "make test"} <= set(re.findall(r"make (?:check|test)", text))


def _hashes(pins: str) -> dict[str, frozenset[str]]:
    """`name==version` to its hashes."""
    text = (ROOT / "requirements" / f"{pins}.txt").read_text("utf-8")
    return {
        match[1]: frozenset(re.findall(r"sha256:[0-9a-f]{64}", match[2]))
        for match in re.finditer(
            r"^([\w.-]+==[\w.]+)[^\n]*\\\n((?:    --hash[^\n]*\n?)+)", text, re.MULTILINE
        )
    }
