"""Where the local issuer may run at all: beside the local stack, started by `up`."""

from __future__ import annotations

import os
import time
from urllib.parse import urlsplit

from deploy.local import process
from deploy.local.trouble import StackError
from services.chassis.settings import Settings

NAME = "issuer"
LOOPBACK = "127.0.0.1"
_HERE = (LOOPBACK, "localhost", "::1")


def refuse_elsewhere(settings: Settings) -> None:
    """Raise StackError `not_the_local_stack` unless Kafka, MongoDB and the issuer in the settings are this stack's own."""
    wrong = [
        variable
        for variable, ours in (
            ("CHUMCHON_KAFKA", settings.own_kafka),
            ("CHUMCHON_MONGO", settings.own_mongo),
            ("CHUMCHON_ISSUER", settings.issuer == f"http://{LOOPBACK}:{settings.ports[NAME]}"),
            ("CHUMCHON_HOST", settings.host in _HERE),
            ("CHUMCHON_PUBLIC", urlsplit(settings.public).hostname in _HERE),
        )
        if not ours
    ]
    if wrong:
        named = ", ".join(wrong)
        raise StackError(
            "not_the_local_stack",
            en=f"The local token issuer gives any role to anybody, so it runs beside the local stack only; {named} says "
            "that this is another system. Use that system's issuer.",
            th=f"ตัวออกโทเคนสำหรับทดลองให้สิทธิ์ทุกบทบาทแก่ทุกคน จึงทำงานกับระบบในเครื่องเท่านั้น แต่ {named} ระบุว่าเป็นระบบอื่น "
            "โปรดใช้ผู้ออกโทเคนของระบบนั้น",
        )


def demand_started_by_up(settings: Settings) -> None:
    """`up` writes down each process that it starts, just after it has started it; nobody else does."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        record = process.running(settings.home, NAME)
        if record is not None and record.pid == os.getpid():
            return
        time.sleep(0.05)
    raise StackError(
        "not_the_local_stack",
        en="The local token issuer is started by chumchon up, and by nothing else.",
        th="ตัวออกโทเคนสำหรับทดลองเริ่มได้ด้วย chumchon up เท่านั้น",
    )
