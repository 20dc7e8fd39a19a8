"""What the operators' commands share: one service by its name, its database, and the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from services.chassis.mongo import Database
    from services.chassis.service import Service
    from services.chassis.settings import Settings

Name = Annotated[str, typer.Argument(metavar="SERVICE", help="members, funds, otop or reporting")]
R = TypeVar("R")


def on_service(name: str, work: Callable[[Service, Database, Settings], Awaitable[R]]) -> R:
    """Do something on a service's database. Raises what the work raises; typer's BadParameter for no service."""
    from importlib import import_module

    from contracts.topics import SERVICES
    from services.chassis.settings import Settings

    if name not in SERVICES:
        raise typer.BadParameter(f"{name}: one of {', '.join(SERVICES)}")
    settings = Settings.from_env()
    spec: Service = import_module(f"services.{name}.app").SERVICE

    async def run() -> R:
        async with _database(spec, settings) as database:
            return await work(spec, database, settings)

    return asyncio.run(run())


@asynccontextmanager
async def _database(spec: Service, settings: Settings) -> AsyncIterator[Database]:
    from services.chassis.mongo import connect, database

    client = connect(settings.mongo)
    try:
        yield database(client, f"{settings.database_prefix}_{spec.name}")
    finally:
        client.close()
