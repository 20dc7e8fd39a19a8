"""An empty file to fill in: one column a blank, its label above it, what can be chosen in a list."""

from __future__ import annotations

import csv
import io
from typing import Any

import xlsxwriter

from services.chassis.forms.blanks import Blank
from services.chassis.forms.form import Form

ROWS = 1_000
"""Rows that have lists to choose from; more can be filled in all the same."""
_SHEET, _GUIDE, _LISTS = "กรอกข้อมูล", "คำอธิบาย", "ตัวเลือก"
HINTS: dict[str, tuple[str, str]] = {
    "day": ("วันที่ เช่น 1 ต.ค. 2564 หรือ 1/10/2564", "a date, as 1 ต.ค. 2564 or 2021-10-01"),
    "area": ("รหัสพื้นที่ 2, 4, 6 หรือ 8 หลัก", "an area code of 2, 4, 6 or 8 digits"),
    "number": ("ตัวเลข", "a number"),
    "year": ("ปีงบประมาณ พ.ศ. เช่น 2565", "a B.E. fiscal year, as 2565"),
    "code": ("รหัส ไม่ใช่ข้อความ", "a code, no sentence"),
    "thing": ("รหัสในระบบ", "an id of the system"),
    "choice": ("เลือกจากรายการ", "choose from the list"),
    "yes-no": ("ใช่ หรือ ไม่ใช่", "ใช่ (yes) or ไม่ใช่ (no)"),
    "text": ("ข้อความ", "text"),
}
MANY = ("; หลายรายการให้คั่นด้วยจุลภาค", "; several with commas between them")


def hint(blank: Blank) -> tuple[str, str]:
    """What may be filled in, in Thai and in English."""
    th, en = HINTS[blank.kind]
    return (th + MANY[0], en + MANY[1]) if blank.many else (th, en)


def csv_template(form: Form[Any]) -> bytes:
    """The header alone, as Excel opens it."""
    text = io.StringIO()
    csv.writer(text).writerow(blank.label.th for blank in form.blanks)
    return text.getvalue().encode("utf-8-sig")


def template(form: Form[Any]) -> bytes:
    """The workbook: the sheet to fill in, what each column is, and the lists. Cells are text, or Excel would make a date
    of a number like 12/2565 and a Gregorian year of a Thai one."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, guide, lists = (book.add_worksheet(name) for name in (_SHEET, _GUIDE, _LISTS))
        text = book.add_format({"num_format": "@"})
        needed = book.add_format({"bold": True, "bg_color": "#FDE9C9", "text_wrap": True, "valign": "top"})
        optional = book.add_format({"bg_color": "#EEF2F5", "text_wrap": True, "valign": "top"})
        for column, blank in enumerate(form.blanks):
            sheet.set_column(column, column, max(14, len(blank.label.th) * 0.9), text)
            sheet.write_string(0, column, blank.label.th, needed if blank.required else optional)
            sheet.write_comment(0, column, "\n".join((f"{blank.label.en} ({blank.name})", *hint(blank))))
            if blank.choices and not blank.many:
                called = [choice.th for choice in blank.choices.values()]
                lists.write_column(0, column, called)
                letter = xlsxwriter.utility.xl_col_to_name(column)
                source = f"='{_LISTS}'!${letter}$1:${letter}${len(called)}"
                rule = {
                    "validate": "list",
                    "source": source,
                    "error_title": "เลือกจากรายการ",
                    "error_type": "stop",
                }
                sheet.data_validation(1, column, ROWS, column, rule)
        sheet.freeze_panes(1, 0)
        lists.hide()
        _explain(guide, form, needed)
    return made.getvalue()


def _explain(guide: Any, form: Form[Any], head: Any) -> None:
    guide.set_column(0, 1, 34)
    guide.set_column(2, 4, 24)
    guide.write_string(0, 0, form.label.th)
    guide.write_string(0, 1, form.label.en)
    for column, name in enumerate(("คอลัมน์", "Column", "ชื่อสำหรับโปรแกรม · name", "กรอกอะไร", "What")):
        guide.write_string(2, column, name, head)
    line = 3
    for blank in form.blanks:
        needed = ("ต้องกรอก: ", "needed: ") if blank.required else ("", "")
        th, en = hint(blank)
        for column, told in enumerate(
            (blank.label.th, blank.label.en, blank.name, needed[0] + th, needed[1] + en)
        ):
            guide.write_string(line, column, told)
        line += 1
        for value, called in blank.choices.items():
            for column, told in enumerate((f"   {called.th}", f"   {called.en}", value)):
                guide.write_string(line, column, told)
            line += 1
