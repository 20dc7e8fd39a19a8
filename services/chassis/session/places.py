"""Where a log-in goes back to: a path of this site and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

DESK = "/desk"
LOGIN = f"{DESK}/login"
CALLBACK = f"{DESK}/callback"
LOGOUT = f"{DESK}/logout"
LONGEST = 2_000

# One slash, then neither another one nor a backslash (browsers read `/\host` as `//host`), and nothing that is left out of or
# rewritten in an address: no control character, blank or backslash anywhere, ASCII only.
_LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_PREFIX = re.compile(rb"/[a-z]+")


def local(path: str) -> str:
    """The path if it is one of this site (with its query), else the desk's first page."""
    first = path.partition("?")[0].partition("#")[0]
    if len(path) > LONGEST or not _LOCAL.fullmatch(path) or first in (LOGIN, CALLBACK, LOGOUT):
        return DESK
    return path


def login_for(path: str) -> str:
    """The address of the log-in that comes back to this path."""
    back = local(path)
    return LOGIN if back == DESK else f"{LOGIN}?{urlencode({'return_to': back})}"


def asked_for(path: str, query: bytes, given: Mapping[bytes, bytes]) -> str:
    """The address that the browser asked for: the gateway may have taken the service's name from it."""
    prefix = given.get(b"x-forwarded-prefix", b"")
    before = prefix.decode() if _PREFIX.fullmatch(prefix) else ""
    return before + quote(path, safe="/:@!$&'()*+,;=~-._") + (f"?{query.decode('latin-1')}" if query else "")
