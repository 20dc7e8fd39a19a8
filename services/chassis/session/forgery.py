"""Whether a request that changes something comes from our own page: where the browser says it is from, and a token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from services.chassis.problems import Problem
from services.chassis.problems.catalogue import CSRF_TOKEN, FOREIGN_PAGE
from services.chassis.session.sessions import Session

SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""
FIELD = "csrf_token"
HEADER = b"x-csrf-token"

FormField = Callable[[str], Awaitable[str]]
"""The value of a field of the form that was sent; "" where there is none, or no form."""


async def demand_own_page(session: Session, given: Mapping[bytes, bytes], form_field: FormField) -> None:
    """Raise the problem `foreign-page` or `csrf-token` (403) unless both agree. The form is read only where the header is not sent."""
    if not _same_origin(given):
        raise Problem(FOREIGN_PAGE)
    told = given.get(HEADER, b"").decode("latin-1") or await form_field(FIELD)
    if not session.agrees(told):
        raise Problem(CSRF_TOKEN)


def _same_origin(given: Mapping[bytes, bytes]) -> bool:
    """Sec-Fetch-Site, which no page can forge; a browser that sends none (old, or no TLS) says Origin with every POST."""
    site = given.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    origin = urlsplit(given.get(b"origin", b"").decode("latin-1"))
    return bool(origin.netloc) and origin.netloc.lower() == given.get(b"host", b"").decode("latin-1").lower()
