"""Cursor pagination: `limit` and an opaque `cursor`, and the address of the next page."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, Field
from typing_extensions import TypeVar

from services.chassis.problems import FieldError, invalid

MOST = 500
USUAL = 100

T = TypeVar("T", default=dict[str, Any])


class Page(BaseModel, Generic[T]):
    """Some of the items. `next` is the address of those that follow, relative to this one's; null on the last page."""

    items: list[T]
    next: str | None = Field(examples=["?limit=100&cursor=WyI1MSJd"])


class Paging:
    """Which page: at most `limit` items after the key `after` ("" is the first page).

    Ask the view for `limit + 1` rows in the order of their key: the one too many tells that another page follows.
    """

    def __init__(self, path: str, query: bytes, limit: int, cursor: str | None) -> None:
        self.limit = limit
        asked = parse_qsl(query.decode("latin-1"))
        self._others = [(name, value) for name, value in asked if name not in ("limit", "cursor")]
        self._question = hashlib.sha256(json.dumps([path, sorted(self._others)]).encode()).hexdigest()[:8]
        self.after = "" if cursor is None else self._read(cursor)

    def page(self, rows: Sequence[T], key: Callable[[T], str] | str = "id") -> Page[T]:
        """The page made of up to `limit + 1` rows; `key` is their sort key (a field, or a function), never personal."""
        shown = list(rows[: self.limit])
        following = None
        if len(rows) > len(shown):
            last: Any = shown[-1]
            cursor = self._write(str(last[key]) if isinstance(key, str) else key(last))
            following = "?" + urlencode([*self._others, ("limit", self.limit), ("cursor", cursor)])
        return Page(items=shown, next=following)

    def _write(self, after: str) -> str:
        text = json.dumps([self._question, after], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> str:
        try:
            question, after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (binascii.Error, ValueError, TypeError, RecursionError):
            question, after = "", ""
        if question != self._question or not isinstance(after, str):
            wrong = FieldError(
                "cursor",
                "cursor-unreadable",
                "ใช้ cursor ได้เฉพาะที่ได้จากคำถามเดียวกันนี้ กรุณาเริ่มจากหน้าแรก",
                "A cursor serves only the question that it came from. Begin with the first page.",
            )
            raise invalid([wrong])
        return after
