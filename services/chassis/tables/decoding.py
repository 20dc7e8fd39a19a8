"""From the bytes of a CSV to its text: the character set as declared, or as it shows; Thai that was encoded twice is told."""

from __future__ import annotations

import codecs
import re

from services.chassis.problems import Problem, kind

TITLE = ("อ่านไฟล์ไม่ได้", "The file cannot be read")
NOT_UTF8 = kind(
    "file-not-utf8", 422, title=TITLE,
    th="ไฟล์ไม่ได้เข้ารหัสเป็น UTF-8 ใน Excel ให้บันทึกเป็น “CSV UTF-8”",
    en="The file is not UTF-8. In Excel, save it as “CSV UTF-8”.",
)  # fmt: skip
NOT_AS_DECLARED = kind(
    "file-not-as-declared", 422, title=TITLE,
    th="ไฟล์ไม่ได้เข้ารหัสตาม charset ที่ประกาศไว้ใน Content-Type",
    en="The file is not in the charset that its Content-Type declares.",
)  # fmt: skip
CHARSET = kind(
    "file-charset", 415, title=TITLE,
    th="ไม่รับรหัสอักขระนี้ ใช้ได้ UTF-8, Windows-874 และ TIS-620",
    en="This charset is not taken: UTF-8, Windows-874 and TIS-620 are.",
)  # fmt: skip
TWICE = kind(
    "file-encoded-twice", 422, title=TITLE,
    th="ภาษาไทยในไฟล์ถูกเข้ารหัสซ้ำสองครั้ง เพราะเคยเปิดไฟล์ UTF-8 เป็นรหัสอื่นแล้วบันทึก กรุณากลับไปที่ไฟล์ต้นฉบับแล้วเปิดเป็น UTF-8",
    en="The Thai in this file was encoded twice: a UTF-8 file was opened as another charset, then saved. Go back to the "
    "original and open it as UTF-8.",
)  # fmt: skip
LOST = kind(
    "file-characters-lost", 422, title=TITLE,
    th="ตัวอักษรบางตัวในไฟล์หายไปแล้ว (เป็นเครื่องหมาย �) กรุณากลับไปที่ไฟล์ต้นฉบับ",
    en="Some characters of this file are lost (they are �). Go back to the original.",
)  # fmt: skip

THAI = "windows-874"
_CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "ascii": "utf-8",
    **dict.fromkeys(("windows-874", "cp874", "874", "x-windows-874", "tis-620", "tis620", "iso-8859-11"), THAI),
}  # fmt: skip
_TWICE = re.compile(
    "(?:เ[ธน][\x80-\xa0\u00a0\u2010-\u2026\u20acก-ฟ]){3}"  # the three bytes of a Thai letter, read as Windows-874
    "|(?:à[¸¹][\x80-\u2122]){2}"  # and read as Windows-1252 or Latin-1
)
_MARKS = "ัิีึืฺุู็่้๊๋์ํ๎"
_ALONE = re.compile(f"(?:^|[^ก-ฮ{_MARKS}])[{_MARKS}]")
"""A mark above or below nothing: this is no Thai."""


def charset_of(content_type: str) -> str:
    """`utf-8` or `windows-874` as a Content-Type declares it, "" where it declares none; raises Problem for another."""
    found = re.search(r"charset\s*=\s*\"?([^\s\";]+)", content_type, re.IGNORECASE)
    if found is None:
        return ""
    charset = _CHARSETS.get(found[1].lower())
    if charset is None:
        raise Problem(CHARSET)
    return charset


def decoded(raw: bytes, charset: str) -> tuple[str, str]:
    """The text, and the charset that it was read in. TIS-620 is Windows-874 without its few signs. Raises Problem."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Problem(NOT_UTF8, more={"byte": 0})
    if charset != THAI:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            text, at = _thai(raw), error.start
            if charset or not text or _ALONE.search(text) or _TWICE.search(text):
                raise Problem(NOT_AS_DECLARED if charset else NOT_UTF8, more={"byte": at}) from None
            charset = THAI
    elif not (text := _thai(raw)) and raw:
        raise Problem(NOT_AS_DECLARED)
    if "\0" in text:  # UTF-16 without its mark
        raise Problem(NOT_UTF8, more={"byte": raw.index(0)})
    return text, charset or "utf-8"


def require_once(text: str) -> None:
    """Raise the problem of Thai that was encoded twice, or that is lost."""
    if _TWICE.search(text):
        raise Problem(TWICE)
    if "\ufffd" in text:
        raise Problem(LOST)


def _thai(raw: bytes) -> str:
    """The text as Windows-874, "" where a byte is no sign of it."""
    try:
        return raw.decode("cp874")
    except UnicodeDecodeError:
        return ""
