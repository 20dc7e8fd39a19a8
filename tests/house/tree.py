"""The files of this repository, as git would commit them, and what is in them."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LARGE = 2 * 1024 * 1024  # bytes; a picture or an archive is no text


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or could be, committed; what .gitignore names is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()))


@cache
def texts() -> dict[Path, str]:
    """Path to content of every file that is text."""
    found = {}
    for path in files():
        content = path.read_bytes()
        if len(content) < LARGE and b"\0" not in content:
            found[path] = content.decode("utf-8")
    return found


def python_files(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files under these folders of the root, parsed."""
    for path, text in texts().items():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders:
            yield path, ast.parse(text, str(path))


def imports(tree: ast.Module) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@cache
def words() -> frozenset[str]:
    """Every word that stands in code or configuration; prose does not count."""
    return frozenset(
        word
        for path, text in texts().items()
        if path.suffix != ".md"
        for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text)
    )


def name(path: Path) -> str:
    """A path as one reads it, from the root."""
    return path.relative_to(ROOT).as_posix()
