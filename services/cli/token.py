"""`chumchon token`: a bearer token of the local stack's issuer, alone on standard output."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()
_NOWHERE = """โทเคนนี้ไม่มีพื้นที่ จึงอ่านหรือบันทึกข้อมูลของพื้นที่ใดไม่ได้: ระบุ --area 51 (make token AREA=51) หรือ TH สำหรับทั้งประเทศ
This token has no area, so it reaches none: say --area 51 (make token AREA=51), or TH for the whole country."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@app.command()
def token(
    role: Annotated[
        list[str], typer.Option(help="officer, approver, auditor, operator or subscriber; again for several")
    ],
    area: Annotated[
        list[str] | None,
        typer.Option(help="An area code, as 51 or 5101; again for several; TH is the nation."),
    ] = None,
    ttl: Annotated[str, typer.Option(help="How long it is good for: 90s, 30m, 8h, 7d.")] = "8h",
    actor: Annotated[
        str, typer.Option(help="Who it speaks for, an opaque name; maker and checker need two.")
    ] = "",
) -> None:
    """ขอโทเคน · A token for the services of the local stack: TOKEN=$(chumchon token --role officer --area 51)"""
    from contracts.areas import NATION
    from deploy.local import issuer
    from deploy.local.trouble import StackError
    from services.chassis.access import NATIONWIDE, Role
    from services.chassis.settings import Settings

    try:
        roles = [Role(name.strip()) for one in role for name in one.split(",")]
        areas = [NATION if code == NATIONWIDE else code for code in area or () if code]
        made = issuer.token(Settings.from_env(), roles, areas, ttl=_seconds(ttl), actor=actor)
    except StackError as trouble:
        typer.echo(f"{trouble.code}: {trouble.th}\n{trouble.en}", err=True)
        raise typer.Exit(1) from None
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    if not areas:
        typer.echo(_NOWHERE, err=True)
    typer.echo(made)


def _seconds(text: str) -> int:
    number, unit = (text[:-1], text[-1:]) if text[-1:] in _UNITS else (text, "s")
    if not number.isdecimal():
        raise ValueError(f"how long is {text!r}? Write 90s, 30m, 8h or 7d")
    return int(number) * _UNITS[unit]
