"""Apache Kafka's jars: resolved and downloaded once with jgo into a cache of our own, and checked by sha256 each time.

The hashes of our pinned requirements do not reach what Maven brings, so `kafka-jars.sha256` lists it.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.trouble import StackError

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"
HASHES = Path(__file__).with_name("kafka-jars.sha256")
MEGABYTES = 46


def cache() -> Path:
    """One for all CHUMCHON_HOMEs of this user."""
    return Path.home() / ".cache" / "chumchon" / "kafka-4.3.1"


def classpath(say: Callable[[str], None], folder: Path | None = None) -> str:
    """Kafka's classpath, downloaded first if need be. Blocking: 20 s the first time, 0.1 s later.

    Raises StackError `download_failed` or `jar_changed`.
    """
    folder = folder or cache()
    expected = expected_hashes()
    with _alone(folder):
        for first in (True, False):
            if not list(folder.glob("env/**/*.jar")):
                say(f"ดาวน์โหลด · downloading Apache Kafka ({MEGABYTES} MB, once)")
            place = _build(folder, expected)
            wrong = _wrong(place, expected)
            if not wrong:
                return ":".join(f"{place / part}/*" for part in ("jars", "modules"))
            if first:  # a download that was cut off leaves half a jar: sweep it out and fetch it again
                _sweep(folder, expected)
    raise StackError(
        "jar_changed",
        en=f"What was downloaded for Kafka is not what {HASHES.name} lists: {', '.join(wrong)}. It is not started.",
        th=f"ไฟล์ Kafka ที่ดาวน์โหลดไม่ตรงกับรายการใน {HASHES.name}: {', '.join(wrong)} จึงไม่เริ่มทำงาน",
    )


def expected_hashes() -> dict[str, str]:
    """File name to sha256, from the committed list."""
    rows = (line.split() for line in HASHES.read_text(encoding="ascii").splitlines() if line.strip())
    return {name: digest for digest, name in rows}


def _build(folder: Path, expected: dict[str, str]) -> Path:
    from jgo.env import EnvironmentBuilder  # 0.3 s that `status` need not pay
    from jgo.maven import MavenContext

    try:
        context = MavenContext(repo_cache=folder / "repository")
        built = EnvironmentBuilder(context=context, cache_dir=folder / "env").from_endpoint(COORDINATES)
    except Exception as error:  # jgo raises requests', the parser's and its own errors alike
        _sweep(folder, expected)
        raise StackError(
            "download_failed",
            en=f"Apache Kafka could not be downloaded ({type(error).__name__}: {error}). Look at the network or the proxy "
            "and run it again; or name a Kafka you have with CHUMCHON_KAFKA.",
            th=f"ดาวน์โหลด Apache Kafka ไม่สำเร็จ ({type(error).__name__}) โปรดตรวจสอบเครือข่ายหรือพร็อกซีแล้วลองอีกครั้ง "
            "หรือระบุ Kafka ที่มีอยู่แล้วด้วย CHUMCHON_KAFKA",
        ) from error
    return Path(built.path)


def _wrong(place: Path, expected: dict[str, str]) -> list[str]:
    found = {jar.name: _sha256(jar) for jar in place.glob("*/*.jar")}
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _sweep(folder: Path, expected: dict[str, str]) -> None:
    """Remove all but the jars that are whole. jgo takes a file that is there for good, even half a one."""
    shutil.rmtree(folder / "env", ignore_errors=True)
    for file in (folder / "repository").rglob("*"):
        if file.is_file() and expected.get(file.name) != _sha256(file):
            file.unlink()


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
