"""When the stack cannot start it says why, in Thai and in English, and what to do."""

from __future__ import annotations

import dataclasses
import json
import shutil
import socket
import stat
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from deploy.local import bus_keys, jars, kafka, keys, mongo, stack
from deploy.local.status import status
from deploy.local.trouble import StackError
from services.chassis.settings import Settings

THAI = range(0x0E00, 0x0E80)


def demand_both_languages(error: StackError) -> None:
    assert any(ord(letter) in THAI for letter in error.th)
    assert error.en.isprintable() or "\n" in error.en


async def test_a_taken_port_names_who_has_it_and_how_to_choose_another(settings: Settings) -> None:
    port = settings.ports["gateway"]
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(StackError) as caught:
            await stack.up(settings, ["gateway"])
        states = {row.name: row.state for row in await status(settings)}
    assert caught.value.code == "port_taken"
    assert f"Port {port}" in caught.value.en
    assert "pytest" in caught.value.en  # we are the holder
    assert "CHUMCHON_PORT_GATEWAY" in caught.value.th
    demand_both_languages(caught.value)
    assert states["gateway"] == "foreign"
    assert states["kafka"] == "stopped"


def test_the_data_of_a_kafka_without_users_are_refused_with_the_way_out(settings: Settings) -> None:
    kafka.data(settings.home).mkdir(parents=True)
    kafka.demand_locked(settings.home)  # an empty folder is a first start
    (kafka.data(settings.home) / "meta.properties").touch()
    with pytest.raises(StackError) as caught:
        kafka.demand_locked(settings.home)
    assert caught.value.code == "kafka_without_lock"
    assert "chumchon republish" in caught.value.en
    demand_both_languages(caught.value)
    bus_keys.password(settings.home, bus_keys.BROKER)
    kafka.demand_locked(settings.home)


def test_a_password_is_made_once_and_is_for_this_user_alone(settings: Settings) -> None:
    made = bus_keys.passwords(settings.home)
    assert bus_keys.passwords(settings.home) == made
    assert len(set(made.values())) == len(bus_keys.USERS)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (settings.home / "kafka").iterdir()} == {0o600}
    assert stat.S_IMODE((settings.home / "kafka").stat().st_mode) == 0o700


async def test_a_kafka_of_ones_own_is_asked_and_not_started(settings: Settings, monkeypatch) -> None:
    monkeypatch.setattr(stack, "OTHERS_PATIENCE", 0.5)
    theirs = dataclasses.replace(settings, own_kafka=False)
    with pytest.raises(StackError) as caught:
        await stack.up(theirs, ["kafka"])
    assert caught.value.code == "unreachable"
    demand_both_languages(caught.value)
    assert not (settings.home / "data" / "kafka").exists()


async def test_a_part_that_dies_at_once_shows_the_end_of_its_log(settings: Settings) -> None:
    state = settings.home / "gateway"
    (state / "tls").mkdir(parents=True)
    (state / "tls" / "wrong.conf").write_text("no_such_directive;", encoding="utf-8")
    with pytest.raises(StackError) as caught:
        await stack.up(settings, ["gateway"])
    assert caught.value.code == "died"
    assert "no_such_directive" in caught.value.en


async def test_an_unknown_part_is_refused(settings: Settings) -> None:
    with pytest.raises(ValueError, match="no such part: postgres"):
        await stack.up(settings, ["postgres"])


def test_without_a_wheel_for_mongod_it_points_to_the_settings_and_to_compose(monkeypatch) -> None:
    def absent(_name: str):
        raise PackageNotFoundError

    monkeypatch.setattr(mongo, "distribution", absent)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(StackError) as caught:
        mongo.find_mongod()
    assert caught.value.code == "no_mongod"
    assert "CHUMCHON_MONGO" in caught.value.en
    assert "docker compose" in caught.value.th


def test_a_library_that_mongod_lacks_is_named(tmp_path: Path) -> None:
    crippled = tmp_path / "mongod"
    whole = mongo.find_mongod().read_bytes()
    mongo.demand_libraries(mongo.find_mongod())
    crippled.write_bytes(whole.replace(b"libcurl.so.4", b"libcurl.so.9"))
    crippled.chmod(0o755)
    with pytest.raises(StackError) as caught:
        mongo.demand_libraries(crippled)
    assert caught.value.code == "missing_library"
    assert "libcurl.so.9" in caught.value.en
    assert "libssl" not in caught.value.en
    crippled.unlink()  # 140 MB


def test_a_mongod_for_another_kind_of_system_is_told_from_a_broken_one(tmp_path: Path) -> None:
    wrong = tmp_path / "mongod"
    wrong.write_bytes(b"#!/no/such/loader\n")
    wrong.chmod(0o755)
    with pytest.raises(StackError, match="missing_library"):
        mongo.demand_libraries(wrong)


def test_a_failed_download_says_so_and_the_next_one_starts_clean(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(jars, "COORDINATES", "org.example.nobody:no-such-thing:0")
    half = tmp_path / "repository" / "kafka_2.13-4.3.1.jar"
    half.parent.mkdir()
    half.write_bytes(b"half a jar")
    with pytest.raises(StackError) as caught:
        jars.classpath(lambda _: None, tmp_path)
    assert caught.value.code == "download_failed"
    assert "CHUMCHON_KAFKA" in caught.value.th
    assert not half.exists()


def test_a_jar_that_is_not_the_listed_one_is_never_run(tmp_path: Path, monkeypatch) -> None:
    place = tmp_path / "env" / "kafka"
    (place / "jars").mkdir(parents=True)
    (place / "jars" / "kafka_2.13-4.3.1.jar").write_bytes(b"something else")
    monkeypatch.setattr(jars, "_build", lambda _folder, _expected: place)
    with pytest.raises(StackError) as caught:
        jars.classpath(lambda _: None, tmp_path)
    assert caught.value.code == "jar_changed"
    assert "kafka_2.13-4.3.1.jar" in caught.value.en


def test_the_keys_are_made_once_and_only_for_their_owner(settings: Settings) -> None:
    assert keys.ensure(settings)
    first = settings.secrets.read_bytes()
    assert not keys.ensure(settings)
    assert settings.secrets.read_bytes() == first
    assert stat.S_IMODE(settings.secrets.stat().st_mode) == 0o600
    held = json.loads(first)
    assert sorted(held) == ["citizen_hmac", "master_key"]
    assert all(len(bytes.fromhex(value)) == 32 for value in held.values())


def test_session_keys_are_made_for_this_user_and_again_only_where_they_are_of_no_use(
    settings: Settings,
) -> None:
    assert keys.ensure_session_keys(settings)
    assert stat.S_IMODE(settings.session_keys.stat().st_mode) == 0o600
    first = settings.session_keys.read_bytes()
    assert not keys.ensure_session_keys(settings)
    assert settings.session_keys.read_bytes() == first
    settings.session_keys.write_text("damaged", encoding="ascii")  # costs a log-in, no data
    assert keys.ensure_session_keys(settings)
    assert not keys.ensure_session_keys(settings)


def test_lost_keys_are_not_replaced_while_there_are_data(settings: Settings) -> None:
    mongo.data(settings.home).mkdir(parents=True)
    (mongo.data(settings.home) / "WiredTiger").touch()
    with pytest.raises(StackError) as caught:
        keys.ensure(settings)
    assert caught.value.code == "secrets_lost"
    demand_both_languages(caught.value)


def test_damaged_keys_are_reported_and_not_overwritten(settings: Settings) -> None:
    settings.home.mkdir()
    settings.secrets.write_text('{"citizen_hmac": "short"}', encoding="utf-8")
    with pytest.raises(StackError, match="secrets_damaged"):
        keys.ensure(settings)
    assert settings.secrets.read_text(encoding="utf-8") == '{"citizen_hmac": "short"}'
