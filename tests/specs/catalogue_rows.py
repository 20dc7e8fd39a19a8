"""Small catalogues for the specs: rows written as YAML in a folder of their own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from services.reporting.catalogue import Catalogue, load
from services.reporting.catalogue.due.basis import Basis
from services.reporting.catalogue.due.schedule import DatedObligation

VOCABULARY = """
    levels:
      - {name: department, th: กรม, en: department, area: nation, source: "003:1"}
      - {name: province, th: จังหวัด, en: province, area: province, under: department, source: "003:1"}
      - {name: district, th: อำเภอ, en: district, area: district, under: province, source: "003:1"}
    triggers:
      - {name: activity-ended, th: แล้วเสร็จ, en: ended, source: "003:1"}
      - {name: fraud-suspected, th: ทุจริต, en: fraud, source: "003:1"}
    measures:
      - {name: funds.upgraded, th: ยกระดับ, en: upgraded, unit: กองทุน, kind: flow, source: "003:1"}
      - {name: funds.all, th: ทั้งหมด, en: all, unit: กองทุน, kind: stock, source: "003:1"}
      - {name: funds.database, th: ฐานข้อมูล, en: database, unit: จังหวัด, kind: flag, source: "003:1"}
      - {name: debt.solved, th: ปลดหนี้, en: solved, unit: ครัวเรือน, kind: distinct, counts: household, source: "003:1"}
      - {name: otop.income, th: รายได้, en: income, unit: บาท, kind: flow, source: "003:1"}
      - {name: otop.base, th: ปีฐาน, en: base, unit: บาท, kind: latest, source: "003:1"}
"""


def written(folder: Path, **files: str) -> Path:
    """A year's folder with the vocabulary and these files; `kpis="…"` is kpis.yaml."""
    year = folder / "fy2565"
    year.mkdir(exist_ok=True)
    for name, text in {"vocabulary": VOCABULARY, **files}.items():
        (year / f"{name}.yaml").write_text(dedent(text), "utf-8")
    return year


def loaded(folder: Path, **files: str) -> Catalogue:
    """The catalogue of `written`."""
    return load(written(folder, **files))


def kpi(formula: str, more: str = "", *, key: str = "K1") -> str:
    """One KPI row with a formula, asked at least 80 percent of the nation unless `more` says otherwise."""
    rest = more or 'value_kind: percent, operator: ">=", target: {value: 80}'
    return (
        f"- {{id: {key}, printed_in: plan, th: ตัวชี้วัด, en: a KPI, type: untyped, unit: ร้อยละ, owner: department, "
        f'formula: {formula}, {rest}, source: "003:1"}}\n'
    )


def has_its_own_day(one: DatedObligation) -> bool:
    """Whether the sources print a day or a month for it: not the end of a period, not the day of what comes after it."""
    return one.basis not in (Basis.PERIOD_END, Basis.BEFORE_ANOTHER)
