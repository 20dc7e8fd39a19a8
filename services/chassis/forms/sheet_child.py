"""Reads the first sheet of a spreadsheet in a process of its own, which may take so much memory and time and no more.

A script and no module of the package: it starts in some 40 ms. What a file can do to a parser (two cells at the far ends
of a sheet, a repeated row, a bomb) ends this process, and nothing else. stdin: the file; stdout: a JSON list a line.
"""

import contextlib
import io
import json
import sys
from datetime import date, datetime

from python_calamine import CalamineWorkbook

MEMORY = 1024 * 1024 * 1024
SECONDS = 60


def main() -> None:
    """`sheet_child.py MOST`: the lines of the first sheet, `MOST` at most."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # where a system has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    write, most = sys.stdout.write, int(sys.argv[1])
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for number, line in enumerate(book.get_sheet_by_index(0).iter_rows(), start=1):
        write(encode([_cell(value) for value in line]) + "\n")
        if number > most:
            break


def _cell(value: object) -> object:
    """A cell as it was typed: numbers that are whole without a fraction; a day in a list of its own."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return [(value.date() if isinstance(value, datetime) else value).isoformat()]
    return str(value)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    main()
