"""docker-compose.yml and the image: pinned, closed to the outside, without secrets, true to the settings."""

from __future__ import annotations

import getpass
import grp
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts.topics import SERVICES
from deploy.jobs.make_secrets import write
from deploy.local.gateway import TEMPLATE, find_nginx, render
from services.chassis.access import NATIONWIDE, Role
from services.chassis.sealing import Secrets
from services.chassis.session.keys import SessionKeys
from services.chassis.session.places import CALLBACK
from services.chassis.settings import PORTS, Settings
from tests.house.deployed import DEPLOY, compose, load, settings, yaml
from tests.house.tree import ROOT
from tests.needs import lacking

PARTS = {*SERVICES, "gateway", "kafka", "mongo", "topics", "secrets", "keycloak", "prometheus", "grafana"}
JOBS = {"topics", "secrets"}
PINNED = re.compile(r"([a-z0-9-]+/)?[a-z0-9-]+:v?[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9-]+)?")


def services() -> dict[str, Any]:
    return dict(compose()["services"])


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "twice.yml").write_text("a: 1\nb: {c: 1, c: 2}\n", "utf-8")
    with pytest.raises(yaml.YAMLError, match="twice"):
        load(tmp_path / "twice.yml")


def test_compose_has_every_part() -> None:
    assert services().keys() == PARTS


@pytest.mark.parametrize("part", sorted(PARTS))
def test_an_image_is_pinned_and_from_no_named_registry(part: str) -> None:
    assert PINNED.fullmatch(services()[part]["image"])


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_starts_again_and_says_how_it_is_unless_it_is_a_job(part: str) -> None:
    about = services()[part]
    assert about["restart"] == ("no" if part in JOBS else "unless-stopped")
    assert ("healthcheck" in about) == (part not in JOBS)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_waits_for_what_is_there_and_can_be_waited_for(part: str) -> None:
    for other, how in services()[part].get("depends_on", {}).items():
        assert how["condition"] == ("service_completed_successfully" if other in JOBS else "service_healthy")
        assert other in PARTS


@pytest.mark.parametrize("part", sorted(PARTS))
def test_ports_are_open_on_this_machine_only(part: str) -> None:
    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in services()[part].get("ports", ()))


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_has_no_capability_but_those_that_its_start_needs(part: str) -> None:
    about = services()[part]
    assert about["cap_drop"] == ["ALL"]
    assert about["security_opt"] == ["no-new-privileges:true"]
    needed = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert set(about.get("cap_add", ())) <= (needed if part in {"gateway", "mongo", "secrets"} else set())
    assert not about.get("privileged")


def test_what_is_mounted_is_there_and_every_volume_is_used() -> None:
    sources = {volume.split(":")[0] for about in services().values() for volume in about.get("volumes", ())}
    assert {source for source in sources if not source.startswith("./")} == compose()["volumes"].keys()
    assert [source for source in sources if source.startswith("./") and not (ROOT / source).exists()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_only_what_the_settings_read(service: str) -> None:
    about = services()[service]
    assert about["environment"].keys() <= settings()
    assert set(re.findall(r"CHUMCHON_[A-Z_]+", " ".join(about["entrypoint"]))) <= settings()
    assert about["command"] == [service]
    assert about["ports"] == [f"127.0.0.1:{PORTS[service]}:{PORTS[service]}"]
    assert f":{PORTS[service]}/ready" in about["healthcheck"]["test"][-1]


def test_the_images_own_settings_are_known() -> None:
    assert set(re.findall(r"CHUMCHON_[A-Z_]+", (DEPLOY / "Dockerfile").read_text("utf-8"))) <= settings()


def test_no_secret_stands_in_compose() -> None:
    for part, about in services().items():
        for key, value in about.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_KEY", key):
                assert str(value).startswith("/run/secrets/"), f"{part}: {key}"


def test_the_gateway_gets_every_placeholder_of_its_template_and_no_other() -> None:
    given = {key for key in services()["gateway"]["environment"] if key.startswith("GATEWAY_")}
    assert given == set(re.findall(r"\$\{(GATEWAY_[A-Z]+)\}", TEMPLATE.read_text("utf-8")))
    for service in SERVICES:
        assert (
            services()["gateway"]["environment"][f"GATEWAY_{service.upper()}"]
            == f"{service}:{PORTS[service]}"
        )


def test_nginx_accepts_the_gateways_configuration_as_compose_fills_it_in(tmp_path: Path) -> None:
    given = {key: str(value) for key, value in services()["gateway"]["environment"].items()}
    user = f"{getpass.getuser()} {grp.getgrgid(os.getgid()).gr_name}"
    (tmp_path / "nginx.conf").write_text(
        render(given | {"GATEWAY_STATE": str(tmp_path), "GATEWAY_USER": user}), "utf-8"
    )
    tested = subprocess.run(
        [find_nginx(), "-t", "-p", tmp_path, "-e", "stderr", "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stderr


def test_compose_itself_accepts_the_file() -> None:
    command = _compose_command()
    said = subprocess.run(
        [*command, "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


def test_the_image_is_built_from_hashes_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(PINNED.fullmatch(base) for base in bases)
    assert len(bases) == 2
    assert text.count("--require-hashes") == 2
    assert "dev.txt" not in text
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text("utf-8")
    for source in " ".join(copied).split():
        assert (ROOT / source).exists()
        assert f"\n!{source}\n" in ignored


def test_secrets_are_made_once_and_each_belongs_to_one_user(tmp_path: Path) -> None:
    owners: dict[str, int] = {}

    def own(path: Path, user: int) -> None:
        owners[f"{path.parent.name}/{path.name.removeprefix('.')}"] = user

    assert set(write(tmp_path, own=own)) == owners.keys()
    first = _files(tmp_path)
    assert first.keys() == owners.keys()
    assert write(tmp_path, own=own) == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o400}
    passwords = json.loads(first["all/mongo-users.json"])
    assert passwords.keys() == set(SERVICES)
    for service in SERVICES:
        assert len(Secrets.load(tmp_path / service / "keys.json").master_key) == 32
        assert f"{service}:{passwords[service]}@mongo:27017" in first[f"{service}/mongo"]
        assert owners[f"{service}/kafka"] == 10001
        SessionKeys.load(tmp_path / service / "session-keys")
    # A log-in at one service is a log-in at all.
    assert {first[f"{service}/session-keys"] for service in SERVICES} == {first["all/session-keys"]}

    (tmp_path / "funds" / "mongo").unlink()
    assert write(tmp_path, own=own) == ["funds/mongo"]
    assert _files(tmp_path) == first


def test_the_keys_of_an_installation_of_before_stay_members_own(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    keys = json.dumps({"citizen_hmac": "a" * 64, "master_key": "b" * 64})
    (tmp_path / "all" / "chumchon.json").write_text(keys, "ascii")
    write(tmp_path, own=lambda path, user: None)
    assert (tmp_path / "members" / "keys.json").read_text("ascii") == keys


@pytest.mark.parametrize("part", sorted(PARTS - JOBS))
def test_a_container_sees_no_secret_of_another(tmp_path: Path, part: str) -> None:
    """What stands in its files, read as its user would: nothing of it is in another's, but for who must know it too."""
    write(tmp_path, own=lambda path, user: None)
    files = _files(tmp_path)
    mine = {text for path, text in files.items() if path.startswith(f"{part}/")}
    mounted = [v for v in services()[part].get("volumes", ()) if "/run/secrets/" in v]
    assert mounted == ([f"secrets-{part}:/run/secrets/chumchon:ro"] if mine else [])
    keys = "members/keys.json"
    if part != "members":
        for key in json.loads(files[keys]).values():
            assert not any(key in text for text in mine), "the keys of personal data are members' alone"
    assert (files["all/session-keys"] in mine) == (part in SERVICES)
    if part in SERVICES:
        for other in (path for path in files if path.startswith("all/")):
            of_me = part in other or (part == "members" and other == "all/chumchon.json")
            of_me |= other == "all/session-keys"  # of every service, and of no one else
            # MongoDB's list of users, and the topics' job, know everybody's password; here only ours may stand
            if not of_me and other != "all/mongo-users.json":
                assert files[other] not in mine, other


def _files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("ascii") for path in found}


def test_every_secret_that_compose_reads_is_made() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    text += "".join(path.read_text("utf-8") for path in (DEPLOY / "mongo").iterdir())
    from deploy.jobs.make_secrets import shares

    handed = shares()
    made = {name for _, names in handed.values() for name in names}
    read = set(re.findall(r"/run/secrets/chumchon/([a-z.-]+)", text)) | {"kafka-cluster", "kafka.properties"}
    assert read - {"all", *handed} <= made


def test_the_realm_has_our_roles_and_puts_them_with_areas_and_audience_into_tokens() -> None:
    realm = json.loads((DEPLOY / "keycloak" / "chumchon-realm.json").read_text("utf-8"))
    assert {role["name"] for role in realm["roles"]["realm"]} == set(Role)
    for client in realm["clients"]:
        mappers = {mapper["protocolMapper"]: mapper["config"] for mapper in client["protocolMappers"]}
        assert mappers["oidc-usermodel-realm-role-mapper"]["claim.name"] == "roles"
        assert mappers["oidc-usermodel-attribute-mapper"]["claim.name"] == "areas"
        assert mappers["oidc-audience-mapper"]["included.custom.audience"] == "chumchon"
        ours = [config for config in mappers.values() if config["access.token.claim"] == "true"]
        assert len(ours) == 3  # roles, areas, audience, and nothing of the person
        assert all(config["id.token.claim"] == "true" for config in mappers.values() if config not in ours)
        assert client["defaultClientScopes"] == ["basic"]  # `sub` and nothing of the person
        assert client.get("secret", "${").startswith("${")


def test_the_realm_says_the_nation_as_tokens_do_and_takes_no_empty_area() -> None:
    realm = json.loads((DEPLOY / "keycloak" / "chumchon-realm.json").read_text("utf-8"))
    [[profile]] = [
        one["config"]["kc.user.profile.config"]
        for one in realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    ]
    [areas] = [one for one in json.loads(profile)["attributes"] if one["name"] == "areas"]
    pattern = re.compile(areas["validations"]["pattern"]["pattern"])
    assert all(pattern.search(good) for good in (NATIONWIDE, "51", "5101", "510101", "51010101"))
    assert not any(pattern.search(bad) for bad in ("", "TH51", "5", "510", "5101010101"))
    given = [area for user in realm["users"] for area in user.get("attributes", {}).get("areas", ())]
    assert NATIONWIDE in given
    assert all(pattern.search(area) for area in given)


def test_the_desk_logs_in_with_pkce_and_comes_back_to_the_gateway_only() -> None:
    realm = json.loads((DEPLOY / "keycloak" / "chumchon-realm.json").read_text("utf-8"))
    told = services()["reporting"]["environment"]
    read = Settings.from_env(told)
    [client] = [one for one in realm["clients"] if one["clientId"] == read.client]
    assert client["redirectUris"] == [read.public + CALLBACK]
    assert client["attributes"]["post.logout.redirect.uris"] == f"{read.public}/"
    assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert client["standardFlowEnabled"]
    assert not client["implicitFlowEnabled"] | client["directAccessGrantsEnabled"]
    assert read.public.endswith(services()["gateway"]["ports"][0].rpartition(":")[0])
    assert len({services()[service]["environment"]["CHUMCHON_SESSION_KEYS"] for service in SERVICES}) == 1


def test_the_realms_users_are_nobody_and_their_passwords_are_not_in_the_file() -> None:
    realm = json.loads((DEPLOY / "keycloak" / "chumchon-realm.json").read_text("utf-8"))
    for user in realm["users"]:
        assert "demo" in user["username"]
        assert not {"email", "firstName", "lastName"} & user.keys()
        assert all(credential["value"] == "${DEMO_PASSWORD}" for credential in user.get("credentials", ()))


def _compose_command() -> list[str]:
    if (
        shutil.which("docker")
        and not subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    ):
        return ["docker", "compose"]
    found = shutil.which("docker-compose")
    if found is None:
        lacking("docker", "neither `docker compose` nor docker-compose is on this machine")
    return [found]
