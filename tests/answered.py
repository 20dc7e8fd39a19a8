"""What specs look at in an answer."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import httpx


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document, after a look at its form: status, code, both languages."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    for said in ({"th": told["detail_th"], "en": told["detail_en"]}, *told.get("errors", ())):
        assert re.search(r"[ก-๙]", said["th"]), said
        assert said["en"], said
        assert not re.search(r"[ก-๙]", said["en"].replace("พฤศจิกายน", "").replace("พ.ย.", "")), said
    return told


def wrong_fields(
    answer: httpx.Response, *, status: int = 422, code: str = "invalid"
) -> set[tuple[Any, str, str]]:
    """(row, field, code) of every error in the problem."""
    return {
        (error.get("row"), error["field"], error["code"]) for error in problem(answer, status, code)["errors"]
    }


def in_the_future() -> str:
    """A day that has not come."""
    return date(date.today().year + 2, 1, 1).isoformat()  # noqa: DTZ011 - two years are more than any zone


def version(answer: httpx.Response) -> str:
    """The version in an ETag, without what else it stands for (the day, who asks)."""
    found = re.fullmatch(r'"([0-9]+)(?:-[0-9a-f]{8})?"', answer.headers["ETag"])
    assert found, answer.headers["ETag"]
    return found[1]
