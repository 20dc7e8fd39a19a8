"""The plain page that a log-in ends with when something is wrong, and the way to the log-in for whoever has no session."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from starlette.responses import RedirectResponse, Response

from services.chassis.problems import Language, Problem, language
from services.chassis.session.forgery import SAFE
from services.chassis.session.places import DESK, LOGIN, asked_for, login_for

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language, Cookie",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
}
_SIGN_IN = {"th": "เข้าสู่ระบบ", "en": "Sign in"}
_AGAIN = {
    "th": "เปิดการเข้าสู่ระบบในแท็บใหม่ด้วยลิงก์ด้านล่าง แล้วกลับมาที่หน้านี้และโหลดหน้าใหม่ สิ่งที่พิมพ์ไว้จะถูกส่งอีกครั้ง",
    "en": "Sign in in a new tab with the link below, then come back to this page and reload it: what you typed is sent again.",
}
_STYLE = (
    "body{font:18px/1.6 Sarabun,system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.2rem;color:#1b1b1b;background:#fff}"
    "a{display:inline-block;padding:.6rem 1.4rem;border-radius:.5rem;background:#0b5394;color:#fff;text-decoration:none}"
)


def to_log_in(
    problem: Problem, method: str, path: str, query: bytes, given: Mapping[bytes, bytes]
) -> Response | None:
    """What a browser gets that opens a page of the desk without a session: the log-in, which comes back here. A form that was sent
    gets 401 and how to send it again. None for every other problem, and for a program: it is answered as it is."""
    if problem.kind.status != 401 or not path.startswith(DESK) or not wants_page(given):
        return None
    if method in SAFE:
        back = login_for(asked_for(path, query, given))
        return RedirectResponse(back, 303, {"Cache-Control": "no-store", "Vary": "Cookie"})
    return problem_page(problem, given, again=True)


def wants_page(given: Mapping[bytes, bytes]) -> bool:
    """Whether it is a browser that asks, for a page."""
    return b"text/html" in given.get(b"accept", b"")


def problem_page(problem: Problem, given: Mapping[bytes, bytes], *, again: bool = False) -> Response:
    """The problem in the reader's language, with the way to the log-in; `again` says how to send a form once more."""
    chosen = language(given.get(b"accept-language", b"").decode("latin-1"))
    kind = problem.kind
    title = kind.title_en if chosen == "en" else kind.title_th
    sentences = [(problem.en or kind.en) if chosen == "en" else (problem.th or kind.th)]
    sentences += [_AGAIN[chosen]] if again else []
    target = ' target="_blank" rel="noopener"' if again else ""
    link = f'<a href="{LOGIN}"{target}>{_SIGN_IN[chosen]}</a>'
    return page(chosen, title, sentences, link, status=kind.status, headers=problem.headers)


def page(
    chosen: Language, title: str, sentences: list[str], link: str, *, status: int = 200,
    headers: Mapping[str, str] | None = None, head: str = "",
) -> Response:  # fmt: skip
    """A page of a title, sentences (escaped here) and a link (HTML, as is `head`); it loads nothing."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    text = (
        f'<!doctype html><html lang="{chosen}"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{told}<p>{link}</p></main></body></html>"
    )
    return Response(
        text, status, {**HEADERS, "Content-Language": chosen, **(headers or {})}, "text/html; charset=utf-8"
    )
