"""`chumchon catalogue kpis`: what is promised, how it is computed, and which measures it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.catalogue.asked import JsonOption, YearOption, console, loaded, refuse, show_json, table

if TYPE_CHECKING:
    from services.reporting.catalogue import Catalogue
    from services.reporting.catalogue.types.kpi import Kpi

app = typer.Typer()

LISTS = ("official", "result", "plan", "mission", "project", "activity", "duty", "programme")


@app.command()
def kpis(
    owner: Annotated[
        str, typer.Option(help="เฉพาะของหน่วยงานนี้ · only of this office, as capital-bureau")
    ] = "",
    listed: Annotated[str, typer.Option("--list", help=f"one of {', '.join(LISTS)}")] = "",
    year: YearOption = 2565,
    as_json: JsonOption = False,
) -> None:
    """ตัวชี้วัด · every KPI with its printed words, its formula, its target and the measures it is made of."""
    catalogue = loaded(year)
    if listed and listed not in LISTS:
        refuse(f"--list ต้องเป็นหนึ่งใน {', '.join(LISTS)}", f"--list must be one of {', '.join(LISTS)}.")
    owners = sorted({kpi.owner for kpi in catalogue.kpis.values()})
    if owner and owner not in owners:
        from services.reporting.plan.names import actor

        named = ", ".join(f"{actor(one, catalogue)[0]} ({one})" for one in owners)
        refuse(
            f"ไม่มีหน่วยงานชื่อ {owner} ที่รับผิดชอบตัวชี้วัด หน่วยงานที่มีคือ {named}",
            f"No KPI is owned by {owner}; the owners are {', '.join(owners)}.",
        )
    chosen = [kpi for kpi in catalogue.kpis.values() if owner in ("", kpi.owner) and _in(kpi, listed)]
    rows = [told(kpi, catalogue) for kpi in chosen]
    if as_json:
        show_json({"year": year, "kpis": rows})
        return
    headings = ("id", "ตัวชี้วัด · KPI", "formula", "target", "measures", "restates")
    made = table(f"ตัวชี้วัด · KPIs ({len(rows)})", *headings, numbers=("target",))
    for row in rows:
        asked = " ".join(str(row[name]) for name in ("operator", "target", "unit") if row[name] is not None)
        made.add_row(
            row["id"], row["th"], row["formula"], asked, "\n".join(row["measures"]), row["restates"] or ""
        )
    console().print(made)


def _in(kpi: Kpi, listed: str) -> bool:
    from services.reporting.catalogue.types.kpi import OFFICIAL

    return listed in ("", kpi.printed_in) or (listed == "official" and kpi.printed_in in OFFICIAL)


def told(kpi: Kpi, catalogue: Catalogue) -> dict[str, Any]:
    """A KPI as a flat row; one that restates another without a formula of its own has the other's."""
    from services.reporting.catalogue.types.formula import measures_of

    formula = next((one.formula for one in _restated(kpi, catalogue) if one.formula is not None), None)
    return {
        "id": kpi.id,
        "list": kpi.printed_in,
        "th": kpi.th_repaired or kpi.th,
        "en": kpi.en,
        "formula": "" if formula is None else written(formula),
        "operator": kpi.operator,
        "target": kpi.target.value if kpi.target else None,
        "unit": kpi.unit,
        "scope": kpi.scope,
        "measures": [] if formula is None else list(dict.fromkeys(measures_of(formula))),
        "owner": kpi.owner,
        "restates": kpi.restates.kpi if kpi.restates else None,
        "differs": [one.in_ for one in kpi.restates.differs] if kpi.restates else [],
        "source": [str(one) for one in kpi.source],
        "confidence": kpi.confidence,
    }


def _restated(kpi: Kpi, catalogue: Catalogue) -> Iterator[Kpi]:
    """The KPI itself, the one that it restates, and so on."""
    seen: set[str] = set()
    now: Kpi | None = kpi
    while now is not None and now.id not in seen:
        yield now
        seen.add(now.id)
        now = catalogue.kpis.get(now.restates.kpi) if now.restates else None


def written(formula: Any) -> str:
    """A formula as the files have it: `share: a, of: b`."""
    return ", ".join(f"{name}: {_written(getattr(formula, name))}" for name in type(formula).model_fields)


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_written(one) for one in value) + "]"
    if not hasattr(type(value), "model_fields"):
        return str(value)
    asked = f" {value.operator} {value.target}" + (f" each {value.each}" if value.each else "")
    return written(value.formula) + asked
