"""`chumchon demo`: the main job on real input, from an empty machine to the department's board. Twice does no harm."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

if TYPE_CHECKING:
    import httpx
    from rich.console import Console

    from services.chassis.settings import Settings
    from services.cli.example import Ask

app = typer.Typer()

NOT_YET = frozenset({"unknown-area"})
"""Refusals that pass when a view has caught up."""

PATIENCE = 300.0
"""Seconds that an import or the board may take."""


@app.command()
def demo(
    load_only: Annotated[bool, typer.Option(help="The stack is up already: only load and show.")] = False,
) -> None:
    """สาธิต · Start everything, load the area register and the Lamphun example, and show the board."""
    import asyncio
    import logging

    import httpx
    from rich.console import Console

    from deploy.local import stack
    from services.chassis.settings import Settings

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a broker that is starting is no news
    settings = Settings.from_env()
    console = Console(highlight=False)
    if not load_only:
        console.print("[bold]เริ่มระบบ · starting[/]")
        try:
            asyncio.run(
                stack.up(settings, None, lambda name, phrase: console.print(f"  {name:<10} {phrase}"))
            )
        except Exception as error:  # whatever it was, its text is for the user
            from deploy.local.trouble import StackError

            if not isinstance(error, StackError):
                raise
            console.print(f"[red]{error}[/]")
            raise typer.Exit(1) from None
    with httpx.Client(base_url=f"http://{settings.host}:{settings.ports['gateway']}", timeout=60) as client:
        client.headers["Authorization"] = _bearer(settings, "demo-loader")
        province = _bearer(settings, "demo-province")
        load(client, province, console)
        board = wait_for_board(client, console)
        report(client, province, console)
    show(board, settings, console)


def load(client: httpx.Client, province: str, console: Console) -> None:
    """Load everything through the public API; what is there already changes nothing. `province` authorises the second
    person, who decides about what the first has entered."""
    from services.cli import areas, example, lamphun

    console.print("[bold]โหลดข้อมูล · loading[/]")
    _import(client, console, "areas", "ทะเบียนพื้นที่ · area register", areas.write_areas)
    _import(client, console, "areas", "หมู่บ้าน (ตัวอย่าง) · villages (example)", lamphun.write_villages)
    _import(
        client, console, "memberships", "สมาชิก ทสม. (สร้างขึ้น) · members (generated)", lamphun.write_members
    )
    base = {
        "base_value": lamphun.MEMBERS,
        "base_date": lamphun.AS_OF.isoformat(),
        "percent": lamphun.GROWTH_PERCENT,
    }
    _ok(client.put(f"/members/v1/growth-targets/tsm/{lamphun.PROVINCE}/{lamphun.FISCAL_YEAR}", json=base))
    asked = _ask(client, province, [*example.funds(), *example.producers(), *example.obligations()])
    console.print(f"  กองทุน ผู้ผลิต รายงาน (ตัวอย่าง) · example funds, producers, duties: {asked}")


def report(client: httpx.Client, province: str, console: Console) -> None:
    """Hand some reports in, with the figures that the board shows."""
    from services.cli import example

    asked = _ask(client, province, example.reports())
    console.print(f"  ส่งรายงานจากกระดาน · reports handed in from the board: {asked}")


def _ask(client: httpx.Client, province: str, asks: Iterable[Ask]) -> int:
    """Send the requests, one after another; how many there were."""
    asked = 0
    for ask in asks:
        heads = {"Idempotency-Key": ask.key} | ({"Authorization": province} if ask.who == "province" else {})
        _until_known(partial(client.post, ask.path, json=ask.body, headers=heads), settled=ask.settled)
        asked += 1
    return asked


def wait_for_board(client: httpx.Client, console: Console) -> dict[str, Any]:
    """The board's figures once they hold what seed 000 prints; fails with what is there when they never do."""
    from services.cli import lamphun

    until = time.monotonic() + PATIENCE
    shown: dict[str, Any] = {}
    while time.monotonic() < until:
        shown = _figures(client)
        if (shown["members"], shown["covered"]) >= (lamphun.MEMBERS, lamphun.TAMBONS) and shown["target"]:
            return shown
        time.sleep(0.25)
    console.print(f"[red]กระดานยังไม่ครบ · the board is not complete: {shown}[/]")
    raise typer.Exit(1)


def _figures(client: httpx.Client) -> dict[str, Any]:
    """The same numbers that the page shows, from the open data behind it."""
    from services.cli import lamphun

    of_lamphun = {"area": lamphun.PROVINCE}
    members = _ok(client.get("/reporting/v1/members", params=of_lamphun))
    coverage = _ok(client.get("/reporting/v1/coverage", params=of_lamphun))
    growth = _ok(
        client.get("/reporting/v1/growth", params={**of_lamphun, "fiscal_year": lamphun.FISCAL_YEAR})
    )
    return {
        "members": members["total"]["members"],
        "districts": sum(1 for row in members["items"] if row["members"]),
        "villages": coverage["villages"],
        "covered": coverage["covered"],
        "tambons": coverage["tambons"],
        "target": (growth["growth"].get("target") or {}).get("target", 0),
    }


def show(board: dict[str, Any], settings: Settings, console: Console) -> None:
    """The totals, the address, and three commands to try."""
    from rich.table import Table

    from services.chassis.thai import generated_citizen_number
    from services.cli import lamphun

    table = Table(title="ลำพูน · Lamphun", title_justify="left", show_header=False)
    for label, value in (
        ("สมาชิก ทสม. · members", f"{board['members']:,}"),
        ("อำเภอ · districts with members", board["districts"]),
        ("ตำบลที่มีสมาชิก · tambons with members", f"{board['covered']} / {board['tambons']}"),
        ("หมู่บ้าน · villages with members", board["villages"]),
        ("เป้าหมาย · target", f"{board['target']:,}"),
    ):
        table.add_row(label, str(value))
    console.print(table)
    gateway = f"http://{settings.host}:{settings.ports['gateway']}"
    number = generated_citizen_number(5_000_000 + int(time.time()) % 4_000_000)
    entry = (
        f'{{"citizen_id":"{number}","given_name":"ตัวอย่าง","family_name":"สร้างขึ้น","network":"tsm",'
        f'"area":"{lamphun.village_codes()[0]}","applied_on":"๑ ธ.ค. ๒๕๖๔","registered_on":"2021-12-02",'
        f'"old_or_new":"new","generated":"ใช่"}}'
    )
    console.print(f"\n[bold]กระดาน · the board:[/]  {gateway}/?area=51")
    console.print(
        f"[bold]โต๊ะทำงาน · the desk:[/] {gateway}/desk  (เลือกเจ้าหน้าที่ตัวอย่าง ไม่ต้องใช้รหัสผ่าน · choose an example officer, no password)\n"
    )
    console.print("[bold]ลองสามคำสั่ง · three commands to try[/] (เปิดกระดานไว้ · keep the board open)")
    print(  # not rich: these lines are for copying, and a bracket or a fold would break them
        f"  curl -sS -X POST {gateway}/members/v1/register-entries -H 'Content-Type: application/json' \\\n"
        f'    -H "Authorization: Bearer $(make -s token ROLE=officer AREA=51)" \\\n'
        f"    -d '{entry}'\n"
        f"  curl -sS '{gateway}/reporting/v1/coverage?area=51'\n"
        f"  make status          # make down: หยุด · stops everything; ข้อมูลยังอยู่ · the data stay"
    )


def _bearer(settings: Settings, actor: str) -> str:
    from deploy.local import issuer
    from services.chassis.access import Role

    token = issuer.token(settings, actor=actor, roles=(Role.OFFICER, Role.APPROVER), areas=("",))
    return f"Bearer {token}"


def _import(
    client: httpx.Client, console: Console, kind: str, label: str, write: Callable[[TextIO], int]
) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    text = io.StringIO(newline="")
    rows = write(text)
    accepted = _ok(
        client.post(
            f"/members/v1/imports/{kind}",
            content=text.getvalue().encode(),
            headers={"Content-Type": "text/csv"},
        )
    )
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(label, total=rows)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = _ok(client.get(f"/members/v1/imports/{accepted['id']}"))
            progress.update(task, completed=found["done"])
            if found["status"] == "completed":
                break
            time.sleep(0.2)
        else:
            raise typer.Exit(1)
    if found["refused"]:
        console.print(f"[red]  {found['refused']} แถวถูกปฏิเสธ · rows refused: {found['errors'][:3]}[/]")
        raise typer.Exit(1)


def _until_known(post: Callable[[], httpx.Response], settled: tuple[str, ...] = ()) -> None:
    """Post until the service has heard of the area, and of the fund; a code in `settled` means that it was done before."""
    until = time.monotonic() + 60
    while True:
        answer = post()
        code = answer.json().get("code", "") if answer.status_code >= 400 else ""
        if code in settled:
            return
        if code not in NOT_YET or time.monotonic() > until:
            _ok(answer)
            return
        time.sleep(0.2)


def _ok(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= 400:
        typer.echo(answer.text, err=True)
        raise typer.Exit(1)
    found: dict[str, Any] = answer.json()
    return found
