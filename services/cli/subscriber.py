"""`chumchon subscriber`: a user of the bus who reads every topic and writes none."""

from __future__ import annotations

import re
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def subscriber(
    name: Annotated[str, typer.Argument(metavar="NAME", help="its groups begin with NAME and a dot")],
) -> None:
    """ผู้รับเหตุการณ์ · Make a user who may read the bus, or give it its rights again. Its password stands in HOME/kafka/NAME."""
    from confluent_kafka import KafkaException

    from contracts.principals import rights_to_read
    from deploy import bus_access
    from deploy.local.bus_keys import BROKER, password
    from services.chassis.settings import ADMIN, Settings

    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", name) or name in {
        ADMIN,
        BROKER,
        "chumchon",
        *bus_access.EVERYBODY,
    }:
        raise typer.BadParameter(
            f"{name}: 2 to 40 of a-z, 0-9 and -, and no user that is there for another purpose"
        )
    settings = Settings.from_env()
    try:
        bus_access.ensure(
            settings.bus(ADMIN), {name: password(settings.home, name)}, {name: rights_to_read(name)}
        )
    except KafkaException as error:
        typer.echo(f"สร้างไม่ได้ · not made: {error.args[0].str()}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{name}: {settings.home / 'kafka' / name}")
