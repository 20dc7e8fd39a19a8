"""Packages from npm for tests, at exact versions, kept under .local/node so that they are fetched once."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.needs import lacking, need

CACHE = Path(__file__).parents[2] / ".local" / "node"


def installed(package: str, version: str) -> Path:
    """The `node_modules` with this package in it. Skips (or fails, as asked for) without Node or the network."""
    need("node")
    home = CACHE / f"{package.replace('/', '-').removeprefix('@')}-{version}"
    if not home.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=CACHE, prefix="fetching-"))
        try:
            _install(f"{package}@{version}", fresh)
            fresh.rename(home)
        except OSError:
            assert home.exists()  # another run was quicker
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return home / "node_modules"


def run_node(modules: Path, script: Path, *arguments: str) -> str:
    """What the script prints; fails with its standard error."""
    done = subprocess.run(
        ["node", str(script), *arguments],
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _install(what: str, folder: Path) -> None:
    # Scripts of packages stay off: one of them sends statistics. No lock file: it would hold addresses.
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    command = ["npm", "install", "--prefix", str(folder), *flags, what]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    except subprocess.TimeoutExpired:
        lacking("node", f"npm could not fetch {what} within 240 s")
    if done.returncode:
        lacking("node", f"npm could not fetch {what}: {done.stderr[-500:]}")
