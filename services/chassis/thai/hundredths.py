"""Sums and rates as people type them, in baht and percent: 1,234.50, ๑,๒๓๔.๕๐ บาท, ร้อยละ 12.5. Kept as whole hundredths."""

from __future__ import annotations

import re

from services.chassis.thai.text import Unreadable, plain

_NUMBER = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,13})(?:\.([0-9]{1,2}))?")


def read_baht(typed: str) -> int:
    """The satang of a typed sum; raises `Unreadable`. Commas stand between thousands and nowhere else."""
    read = _hundredths(plain(typed).removesuffix("บาท").removeprefix("฿"))
    if read is None:
        raise Unreadable(
            "baht-unreadable",
            "อ่านจำนวนเงินไม่ได้ กรุณาพิมพ์เป็นบาท เช่น 1,234.50 (สตางค์ไม่เกิน 2 หลัก)",
            "This is not a sum that can be read. Write it in baht, as 1,234.50, with two digits of satang at most.",
        )
    return read


def read_percent(typed: str) -> int:
    """The hundredths of a typed percentage; raises `Unreadable`."""
    read = _hundredths(plain(typed).removeprefix("ร้อยละ").removesuffix("%"))
    if read is None:
        raise Unreadable(
            "percent-unreadable",
            "อ่านอัตราร้อยละไม่ได้ กรุณาพิมพ์เช่น 12.5 (ทศนิยมไม่เกิน 2 หลัก)",
            "This is not a percentage that can be read. Write it as 12.5, with two decimals at most.",
        )
    return read


def _hundredths(text: str) -> int | None:
    found = _NUMBER.fullmatch(text.strip())
    return found and int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))
