"""The local issuer's pages: who do you want to be, and that something was wrong. Thai first; they load nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from deploy.local.issuer.officers import Officer
from services.chassis.problems import Language, language

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("เลือกเจ้าหน้าที่ตัวอย่าง", "Choose an example officer"),
    "why": (
        "หน้านี้มีเฉพาะในระบบทดลองบนเครื่องนี้ ชื่อทั้งหมดสร้างขึ้น ไม่ใช่บุคคลจริง จึงไม่ต้องใช้รหัสผ่าน",
        "This page is part of the trial system on this machine only. All names are generated, nobody is real, so there is no password.",
    ),
    "unknown": ("ไม่รู้จักระบบที่ขอเข้าสู่ระบบ", "This log-in was asked for by a system that is not registered"),
    "unknown-why": (
        "ที่อยู่หรือรหัสของระบบที่ส่งท่านมาไม่ได้ลงทะเบียนไว้ จึงไม่ส่งท่านกลับไป กรุณาเริ่มจากหน้าของระบบใหม่",
        "The address or the name of the system that sent you is not registered, so you are not sent back to it. Begin again there.",
    ),
    "out": ("ออกจากระบบแล้ว", "Signed out"),
    "out-why": ("ปิดหน้านี้ได้", "You may close this page."),
}


def choose(sent: Mapping[str, str], officers: Iterable[Officer], spoken: Language, back: str) -> HTMLResponse:
    """The officers, each a button; what was asked for goes along in the form. `back` is where the answer is sent."""
    other = "th" if spoken == "en" else "en"
    there = f"authorize?{urlencode({**sent, 'ui_locales': other})}"
    return _page(
        spoken, "title", "why", sent=sent, officers=officers, other=there, form_action=f"'self' {back}"
    )


def told(title: str, why: str, spoken: Language, status: int = 200) -> HTMLResponse:
    """A page that only says something."""
    return _page(spoken, title, why, sent={}, officers=(), other="", form_action="'none'", status=status)


def spoken_in(sent: Mapping[str, str], accept: str) -> Language:
    """`ui_locales` (OpenID Connect Core §3.1.2.1), else Accept-Language, else Thai."""
    return language(sent.get("ui_locales", "").replace(" ", ",") or accept)


def _page(
    spoken: Language, title: str, why: str, *, form_action: str, status: int = 200, **more: object
) -> HTMLResponse:
    at = 1 if spoken == "en" else 0
    text = _PAGES.get_template("page.html").render(
        lang=spoken, title=WORDS[title][at], why=WORDS[why][at], **more
    )
    policy = f"default-src 'none'; style-src 'unsafe-inline'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    heads = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(text, status, heads)
