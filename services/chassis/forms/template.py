"""An empty file to fill in: one column a blank, its label above it, what can be chosen in a list."""

from __future__ import annotations

import csv
import io
from typing import Any

import xlsxwriter

from services.chassis.forms.blanks import Blank
from services.chassis.forms.example import example
from services.chassis.forms.form import Form
from services.chassis.forms.label import Label

ROWS = 1_000
"""Rows that have lists to choose from; more can be filled in all the same."""
_SHEET, _GUIDE, _LISTS = "กรอกข้อมูล", "คำอธิบาย", "ตัวเลือก"
NOTE = Label("หมายเหตุของระบบ", "system note")
"""The last column: the system writes there, and does not read it. It marks the example, and tells what is wrong."""
EXAMPLE = Label("ตัวอย่าง", "Example")
EXAMPLE_SAYS = f"{EXAMPLE.th} ระบบข้ามแถวนี้ ลบได้ · {EXAMPLE.en}: this row is left out"
NOTES: tuple[tuple[str, str], ...] = (
    (
        "กรอกตั้งแต่แถวที่ 3 แถวที่ 2 เป็นตัวอย่าง จะลบหรือปล่อยไว้ก็ได้ ระบบไม่นำเข้า ถ้าจะพิมพ์ทับให้ลบหมายเหตุท้ายแถวด้วย",
        "Fill in from row 3 on. Row 2 is an example: delete it or leave it, it is not imported; if you type over it, clear its note.",
    ),
    (
        "ช่องหัวสีส้มต้องกรอก ช่องหัวสีเทาเว้นว่างได้ สลับคอลัมน์ได้ แต่ห้ามเปลี่ยนชื่อคอลัมน์",
        "An orange head must be filled in, a grey one may be empty. Columns may change places, not names.",
    ),
    (
        "ทุกช่องเป็น “ข้อความ” เพื่อไม่ให้ Excel เปลี่ยนเลข 13 หลักหรือวันที่ เวลาวางข้อมูลให้เลือก “วางเฉพาะค่า”",
        "Every cell is “Text”, so that Excel changes no number of 13 digits and no date. Paste values only.",
    ),
    (
        "วันที่พิมพ์ได้ทั้ง พ.ศ. และ ค.ศ. เช่น 1 ต.ค. 2564, 1/10/2564 หรือ 2021-10-01 เลขไทยก็ได้",
        "Dates are of either era: 1 ต.ค. 2564, 1/10/2564 or 2021-10-01; Thai digits too.",
    ),
    (
        "ช่องที่ไม่มีข้อมูลให้เว้นว่าง อย่าใส่ - หรือ NULL",
        "Leave a cell empty where there is nothing; no - and no NULL.",
    ),
    (
        f"ถ้ามีแถวผิด ระบบคืนไฟล์เดิมให้ โดยบอกเหตุในคอลัมน์ “{NOTE.th}” แก้แล้วส่งไฟล์นั้นกลับมาได้เลย",
        f"Where rows are wrong you get the same file back, with the reasons in the column “{NOTE.en}”. Mend it and send it again.",
    ),
)
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
    "month": ("เดือน เช่น มี.ค. 2565", "a month, as มี.ค. 2565 or 2022-03"),
    "citizen": ("เลขประจำตัวประชาชน 13 หลัก", "a citizen number of 13 digits"),
    "percent": ("ร้อยละ เช่น 12.5", "percent, as 12.5"),
    "money": ("จำนวนเงินเป็นบาท เช่น 1,234.50", "a sum in baht, as 1,234.50"),
}
MANY = ("; หลายรายการให้คั่นด้วยจุลภาค", "; several with commas between them")


def hint(blank: Blank) -> tuple[str, str]:
    """What may be filled in, in Thai and in English."""
    if blank.kind == "rows":
        return rows_hint(blank)
    th, en = HINTS[blank.kind]
    return (th + MANY[0], en + MANY[1]) if blank.many else (th, en)


def rows_hint(blank: Blank) -> tuple[str, str]:
    """The cells of a row in their order, and what each is."""
    told = [(one.label, hint(one), one.choices.values()) for one in blank.columns]
    cells = [
        (f"{called.th} ({', '.join(one.th for one in known) or th})", f"{called.en} ({', '.join(one.en for one in known) or en})")
        for called, (th, en), known in told
    ]  # fmt: skip
    th, en = (" | ".join(names) for names in zip(*cells, strict=True))
    return f"{th}; คั่นรายการด้วย ;", f"{en}; with ; between the rows"


def csv_template(form: Form[Any]) -> bytes:
    """The header and the example, as Excel opens it."""
    text, shown = io.StringIO(), example(form)
    lines = csv.writer(text)
    lines.writerow((*(blank.label.th for blank in form.blanks), NOTE.th))
    lines.writerow((*(shown[blank.name] for blank in form.blanks), EXAMPLE_SAYS))
    return text.getvalue().encode("utf-8-sig")


def template(form: Form[Any]) -> bytes:
    """The workbook: the sheet to fill in with an example, notes and what each column is, and the lists. Cells are text, or Excel would make a date
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
        _example(sheet, form, book)
        sheet.freeze_panes(1, 0)
        lists.hide()
        _explain(guide, form, needed)
    return made.getvalue()


def _example(sheet: Any, form: Form[Any], book: Any) -> None:
    """The example row, and the column of notes that says so."""
    faint = book.add_format(
        {"italic": True, "font_color": "#6B6B6B", "bg_color": "#F4F4F4", "num_format": "@"}
    )
    for column, told in enumerate((*example(form).values(), EXAMPLE_SAYS)):
        sheet.write_string(1, column, told, faint)
    last = len(form.blanks)
    sheet.write_string(0, last, NOTE.th, book.add_format({"italic": True, "font_color": "#6B6B6B"}))
    sheet.set_column(last, last, 48, book.add_format({"num_format": "@", "text_wrap": True}))


def _explain(guide: Any, form: Form[Any], head: Any) -> None:
    guide.set_column(0, 1, 34)
    guide.set_column(2, 4, 24)
    guide.write_string(0, 0, form.label.th)
    guide.write_string(0, 1, form.label.en)
    for number, told_both in enumerate(NOTES, start=1):
        for column, told in enumerate(told_both):
            guide.write_string(number, column, told)
    start = len(NOTES) + 2
    for column, name in enumerate(("คอลัมน์", "Column", "ชื่อสำหรับโปรแกรม · name", "กรอกอะไร", "What")):
        guide.write_string(start, column, name, head)
    line = start + 1
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
