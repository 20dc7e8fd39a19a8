"""Logs: one JSON object a line on stdout, from our code and from the libraries alike, without personal data.

`structlog.get_logger(__name__).info("round sent", events=12)`: a fixed sentence, and values as fields. Never a body, a
query string, a name, or what somebody typed. Whatever is bound (`bound(correlation_id=…)`) is on every line of its task.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import PurePath
from time import monotonic
from types import TracebackType
from typing import Any, BinaryIO
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars as bound
from structlog.typing import Processor

__all__ = ["bound", "broker_logger", "configure"]

Line = MutableMapping[str, Any]

_OURS = ("services.", "contracts.", "deploy.")
_WITHHELD = frozenset(
    ("body", "data", "personal", "query", "query_string", "headers", "authorization", "token", "password")
)
"""Fields that must never be logged; should one be passed, its name stays and its value does not."""
_EXTRA = ("topic", "group_id", "message_id")
"""What FastStream puts on its records."""
_FRAMES = 25
_ONCE_A_SECOND = 1.0
_REMEMBERED = 500
_TALKATIVE = {  # what these say below the level may hold commands, records or addresses with their query
    "pymongo": logging.INFO, "aiokafka": logging.INFO, "httpx": logging.WARNING, "httpcore": logging.WARNING,
    "uvicorn": logging.INFO, "asyncio": logging.INFO, "broker": logging.WARNING,
}  # fmt: skip


def configure(service: str, level: str = "INFO", stream: BinaryIO | None = None) -> None:
    """Send everything that this process logs to `stream` (stdout) as JSON lines; the last call counts.

    ValueError for a level that is none.
    """
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(
            f"the log level must be one of {', '.join(logging.getLevelNamesMapping())}, not {level!r}"
        )
    out = structlog.BytesLogger(stream or sys.stdout.buffer)
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _described(service),
        _without_what_must_not_be_logged,
        _rendered,
    ]
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *name: structlog.BytesLogger(
            stream or sys.stdout.buffer, name=name[0] if name else None
        ),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Libraries(chain, out.msg)]
    root.setLevel(threshold)
    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith(("faststream", "uvicorn"))
    ]:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name, least in _TALKATIVE.items():
        logging.getLogger(name).setLevel(max(threshold, least))
    logging.getLogger(
        "uvicorn.access"
    ).disabled = True  # it writes query strings; the edge logs each request itself
    logging.captureWarnings(capture=True)


def broker_logger() -> logging.Logger:
    """The logger to give to a FastStream broker: its warnings and errors, not a line for every batch."""
    return logging.getLogger("broker")


class _Libraries(logging.Handler):
    """The standard library's records as lines like ours; the very same line once a second, with a count."""

    def __init__(self, chain: list[Processor], write: Callable[[bytes], None]) -> None:
        super().__init__()
        self._chain, self._write = chain, write
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line: Any = {"event": _message(record), "logger": record.name}
            if not record.exc_info and (repeats := self._repeats(record.name, line["event"])) is not None:
                if repeats < 0:
                    return
                line["repeats"] = repeats
            line |= {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
            if record.exc_info:
                line["exc_info"] = record.exc_info
            for processor in self._chain:
                line = processor(None, record.levelname.lower(), line)
            self._write(line)
        except Exception:  # noqa: BLE001 - logging's own rule: a line that fails never takes its caller down
            self.handleError(record)

    def _repeats(self, logger: str, text: str) -> int | None:
        """How often the very same was held back since it was last written; -1 to hold it back too, None if never.

        A consumer without its broker says the same forty times a second.
        """
        now = monotonic()
        written, held = self._said.get((logger, text), (now - _ONCE_A_SECOND, 0))
        if now - written < _ONCE_A_SECOND:
            self._said[logger, text] = (written, held + 1)
            return -1
        if len(self._said) >= _REMEMBERED:
            self._said.clear()
        self._said[logger, text] = (now, 0)
        return held or None


def _message(record: logging.LogRecord) -> str:
    """FastStream and asyncio write the exception, hence perhaps the value it quotes, into the sentence itself."""
    if record.exc_info and record.name.startswith(("faststream", "broker")):
        return "handler failed"
    text = record.getMessage()
    return text.partition("\n")[0] if record.name == "asyncio" else text


def _described(service: str) -> Processor:
    def describe(logger: Any, method: str, line: Line) -> Line:
        name = getattr(logger, "name", None)
        if name:
            line["logger"] = name
        line["level"] = "error" if method == "exception" else method
        line["service"] = service
        line["at"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return line

    return describe


def _without_what_must_not_be_logged(_: Any, method: str, line: Line) -> Line:
    for name in _WITHHELD.intersection(line):
        line[name] = "(withheld)"
    info = line.pop("exc_info", None)
    if info is True or (info is None and method == "exception"):
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        line["exception"] = _told(error)
    return line


def _told(error: BaseException, depth: int = 5) -> Mapping[str, Any]:
    """An exception without the values that it quotes.

    What ValueError and KeyError (pydantic's above all) say is often the very value that was wrong; our own exceptions
    never quote one.
    """
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")}
    if kind.__module__.startswith(_OURS) or not isinstance(error, ValueError | LookupError):
        told["message"] = str(error)[:2000]
    told["frames"] = _frames(error.__traceback__)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth:
        told["cause"] = _told(cause, depth - 1)
    if isinstance(error, BaseExceptionGroup) and depth:
        told["of"] = [_told(one, depth - 1) for one in error.exceptions[:10]]
    return told


def _frames(trace: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{'/'.join(code.co_filename.split('/')[-3:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-_FRAMES:]


def _rendered(_: Any, __: str, line: Line) -> bytes:
    return _encode(line).encode("utf-8", "backslashreplace")


def _plain(value: object) -> str:
    """A value of a known plain kind; of anything else only its kind, since its text may hold what is in it."""
    if isinstance(value, UUID | PurePath | date | Enum):
        return str(value)
    return f"<{type(value).__name__}>"


_encode = json.JSONEncoder(
    ensure_ascii=False, default=_plain
).encode  # json.dumps would make an encoder for each line
