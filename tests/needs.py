"""What a test needs of the machine: it is skipped where that is missing, and fails where CHUMCHON_REQUIRE names it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest


def need(tool: str) -> None:
    """Go on when `tool` (node, chromium or docker) is here; else skip, or fail where it is required."""
    if not _present(tool):
        lacking(tool, f"{tool} is not on this machine")


def lacking(tool: str, reason: str) -> NoReturn:
    """Skip with the reason, or fail where CHUMCHON_REQUIRE (names with commas between) has `tool` in it."""
    required = {name.strip() for name in os.environ.get("CHUMCHON_REQUIRE", "").split(",")}
    if tool in required:
        pytest.fail(f"{reason}, and CHUMCHON_REQUIRE asks for {tool}", pytrace=False)
    pytest.skip(reason)


def chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    if Path("/usr/bin/chromium").exists():
        return "/usr/bin/chromium"
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


def _node() -> bool:
    return bool(shutil.which("node") and shutil.which("npm"))  # our node tests install their packages


def _docker() -> bool:
    if not shutil.which("docker"):
        return False
    try:
        return (
            subprocess.run(["docker", "info"], capture_output=True, timeout=15, check=False).returncode == 0
        )
    except subprocess.TimeoutExpired:
        return False


_CHECKS: Mapping[str, Callable[[], bool]] = {
    "node": _node,
    "chromium": lambda: chromium() is not None,
    "docker": _docker,
}


@cache
def _present(tool: str) -> bool:
    return _CHECKS[tool]()
