"""`chumchon`: tables for people, JSON for programs, and quick to say what it can do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from deploy.local.parts import NAMES

from .conftest import environment


def chumchon(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.cli.main", *words],
        env={**os.environ, "COLUMNS": "140", **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_the_commands_and_imports_nothing_heavy() -> None:
    shown = chumchon("--help")  # 0.5 s on an idle machine
    assert all(word in shown.stdout for word in ("up", "down", "status"))
    heavy = "import sys, services.cli.main; print(sorted({'aiokafka','pymongo','fastapi','jgo','rich.table'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_status_as_json_lists_every_part(tmp_path: Path) -> None:
    told = json.loads(chumchon("status", "--json", env=environment(tmp_path / "home")).stdout)
    assert told["home"] == str(tmp_path / "home")
    assert told["ready"] is False
    assert [part["name"] for part in told["parts"]] == list(NAMES)
    states = {part["name"]: part["state"] for part in told["parts"]}
    assert states.pop("topics") == "missing"
    assert set(states.values()) == {"stopped"}
    assert told["parts"][0].keys() == {"name", "state", "ours", "address", "pid", "since"}


def test_status_for_people_is_a_table_in_both_languages(tmp_path: Path) -> None:
    shown = chumchon("status", env=environment(tmp_path / "home")).stdout
    assert "หยุดอยู่ · stopped" in shown
    assert "kafka" in shown


def test_a_password_in_somebody_s_own_address_is_not_shown(tmp_path: Path) -> None:
    env = environment(
        tmp_path / "home", CHUMCHON_MONGO="mongodb://user:hidden@127.0.0.1:1/?serverSelectionTimeoutMS=1"
    )
    shown = chumchon("status", "--json", env=env).stdout
    assert "hidden" not in shown
    assert {part["name"]: part["ours"] for part in json.loads(shown)["parts"]}["mongo"] is False


def test_errors_have_a_code_and_both_languages(tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    wrong = chumchon("up", "--only", "postgres", "--json", env=env)
    assert wrong.returncode == 1
    error = json.loads(wrong.stdout)["error"]
    assert error["code"] == "unknown_part"
    assert error["en"].isascii()
    assert not error["th"].isascii()
    port = chumchon("status", env={**env, "CHUMCHON_PORT_KAFKA": "many"})
    assert port.returncode == 1
    assert "CHUMCHON_PORT_KAFKA" in port.stderr
    assert "Traceback" not in port.stderr


def test_down_with_nothing_running_says_so(tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    assert "nothing was running" in chumchon("down", env=env).stdout
    assert json.loads(chumchon("down", "--json", env=env).stdout) == {"stopped": []}
