"""Bearer tokens: whom we take them from, what makes us refuse one, and what happens when keys or the issuer change."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import stat
import time
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from deploy.local import issuer
from deploy.local.trouble import StackError
from services.chassis.access import Access, Caller, IssuerKeys, Role
from services.chassis.problems import Problem
from services.chassis.settings import PORTS
from tests.local_issuer import (
    RunningIssuer,
    free_port,
    local_settings,
    record_as_running,
    running_issuer,
    served,
)


@pytest.fixture
async def home_issuer(tmp_path):
    async with running_issuer(tmp_path) as running:
        yield running


def access_to(running: RunningIssuer, **keys) -> Access:
    settings = running.settings
    return Access(settings.issuer, settings.audience, keys=IssuerKeys(settings.issuer, **keys))


async def problem_of(access: Access, token: str) -> Problem:
    with pytest.raises(Problem) as refused:
        await access.caller(f"Bearer {token}")
    return refused.value


async def test_a_token_tells_who_calls_with_which_roles_and_areas(home_issuer):
    token = home_issuer.token(Role.OFFICER, Role.APPROVER, areas=("5104", "51"), sub="7c2e")
    caller = await access_to(home_issuer).caller(f"Bearer {token}")
    assert caller == Caller("7c2e", frozenset({Role.OFFICER, Role.APPROVER}), ("51", "5104"))


async def test_keycloaks_claims_are_read_and_roles_of_others_are_left_out(home_issuer):
    token = home_issuer.token(roles=None, realm_access={"roles": ["auditor", "offline_access"]}, areas=["TH"])
    caller = await access_to(home_issuer).caller(f"bearer {token}")
    assert caller.roles == {Role.AUDITOR}
    assert caller.reaches("5101")


@pytest.mark.parametrize("areas", ["", [""], [], None, ["", ""]])
async def test_a_token_without_an_area_reaches_nowhere_and_not_the_nation(home_issuer, areas):
    caller = await access_to(home_issuer).caller(f"bearer {home_issuer.token(Role.OFFICER, areas=areas)}")
    assert caller.scopes == ()
    assert not caller.reaches("")
    assert not caller.reaches("51")


async def test_the_nation_is_said(home_issuer):
    for areas in ("TH", ["TH"], ["", "TH"]):
        caller = await access_to(home_issuer).caller(f"bearer {home_issuer.token(areas=areas)}")
        assert caller.scopes == ("",)
        assert caller.reaches("")


async def test_a_caller_reaches_the_areas_under_the_own_ones_and_no_others():
    caller = Caller("a", frozenset(), ("5101",))
    assert caller.reaches("5101")
    assert caller.reaches("510103")
    assert not caller.reaches("51")
    assert not caller.reaches("")
    assert not Caller("a", frozenset(), ()).reaches("5101")
    with pytest.raises(Problem) as refused:
        caller.require_area("5102")
    assert (refused.value.kind.code, refused.value.kind.status) == ("outside-your-area", 403)


async def test_without_a_token_the_problem_says_to_sign_in(home_issuer):
    access = access_to(home_issuer)
    for header in ("", "Bearer ", "Basic b2ZmaWNlcjo=", "Bearer"):
        with pytest.raises(Problem) as refused:
            await access.caller(header)
        assert (refused.value.kind.code, refused.value.kind.status) == ("token-missing", 401)
        assert refused.value.headers["WWW-Authenticate"] == 'Bearer realm="chumchon"'


async def test_each_wrong_token_is_refused_with_its_own_reason(home_issuer):
    access = access_to(home_issuer)
    now = int(time.time())
    other = generate_private_key(65537, 2048)
    claims = {"iss": home_issuer.settings.issuer, "aud": "chumchon", "sub": "a", "exp": now + 60}
    kid = issuer.key_id(home_issuer.signing)
    cases = {
        "token-expired": home_issuer.token(Role.OFFICER, exp=now - 60),
        "token-not-yet-valid": home_issuer.token(Role.OFFICER, nbf=now + 60),
        "token-audience": home_issuer.token(Role.OFFICER, aud="another"),
        "token-issuer": home_issuer.token(Role.OFFICER, iss="https://elsewhere.example"),
        "token-signature": jwt.encode(claims, other, algorithm="RS256", headers={"kid": kid}),
        "token-key-unknown": home_issuer.token(Role.OFFICER, key=other),
    }
    for code, token in cases.items():
        problem = await problem_of(access, token)
        assert (problem.kind.code, problem.kind.status) == (code, 401)
        assert problem.headers["WWW-Authenticate"].endswith(
            f'error="invalid_token", error_description="{code}"'
        )


async def test_a_token_that_is_none_is_malformed(home_issuer):
    access = access_to(home_issuer)
    nested = jwt.utils.base64url_encode(b"[" * 9000).decode()
    for token in (
        "x",
        "a.b.c",
        f"{nested}.e30.c2ln",
        "é" * 40,
        "a" * 20_000,
        home_issuer.token(Role.OFFICER)[:-600],
    ):
        assert (await problem_of(access, token)).kind.code == "token-malformed"
    for claim in (
        {"sub": ""},
        {"sub": "a\nb"},
        {"areas": ["5"]},
        {"areas": ["๕๑"]},
        {"areas": [51]},
        {"roles": [1]},
    ):
        assert (await problem_of(access, home_issuer.token(**claim))).kind.code == "token-malformed"
    for missing in ("sub", "exp", "aud", "iss"):
        said = jwt.decode(home_issuer.token(Role.OFFICER), options={"verify_signature": False})
        said = {name: value for name, value in said.items() if name != missing}
        kid = issuer.key_id(home_issuer.signing)
        token = jwt.encode(said, home_issuer.signing, algorithm="RS256", headers={"kid": kid})
        assert (await problem_of(access, token)).kind.code == "token-malformed"


async def test_no_other_algorithm_is_taken_neither_none_nor_a_public_key_as_secret(home_issuer):
    access = access_to(home_issuer)
    said = jwt.decode(home_issuer.token(Role.OFFICER), options={"verify_signature": False})
    kid = issuer.key_id(home_issuer.signing)
    public = home_issuer.signing.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    unsigned = jwt.encode(said, "", algorithm="none", headers={"kid": kid})
    by_hmac = ".".join(jwt.encode(said, b"x" * 64, algorithm="HS256", headers={"kid": kid}).split(".")[:2])
    forged = by_hmac + "." + jwt.utils.base64url_encode(_hmac(by_hmac, public)).decode()
    for token in (
        unsigned,
        forged,
        jwt.encode(said, home_issuer.signing, algorithm="PS256", headers={"kid": kid}),
    ):
        assert (await problem_of(access, token)).kind.code == "token-key-unknown"


def _hmac(text: str, secret: bytes) -> bytes:
    return hmac.digest(secret, text.encode(), hashlib.sha256)


async def test_a_repeated_token_is_known_within_microseconds_and_until_it_expires(home_issuer):
    access = access_to(home_issuer)
    header = f"Bearer {home_issuer.token(Role.OFFICER)}"
    await access.caller(header)
    began = time.perf_counter()
    for _ in range(2000):
        await access.caller(header)
    assert (time.perf_counter() - began) / 2000 < 100e-6
    soon = home_issuer.token(Role.OFFICER, exp=int(time.time()) - 8)  # within the leeway
    await access.caller(f"Bearer {soon}")
    assert home_issuer.asked == 1


async def test_only_so_many_tokens_are_remembered(home_issuer):
    access = Access(home_issuer.settings.issuer, "chumchon", remembered=3)
    for number in range(10):
        await access.caller(f"Bearer {home_issuer.token(Role.OFFICER, sub=str(number))}")
    assert len(access._known) == 3


async def test_a_new_key_is_taken_when_the_first_token_signed_with_it_comes(home_issuer):
    access = access_to(home_issuer, pause=0.0)
    await access.caller(f"Bearer {home_issuer.token(Role.OFFICER)}")
    new = generate_private_key(65537, 2048)
    home_issuer.publish(home_issuer.signing, new)
    caller = await access.caller(f"Bearer {home_issuer.token(Role.AUDITOR, key=new)}")
    assert caller.roles == {Role.AUDITOR}
    assert home_issuer.asked == 2


async def test_unknown_keys_do_not_make_us_hammer_the_issuer(home_issuer):
    access = access_to(home_issuer, pause=60.0)
    stranger = home_issuer.token(Role.OFFICER, key=generate_private_key(65537, 2048))
    for _ in range(20):
        assert (await problem_of(access, stranger)).kind.code == "token-key-unknown"
    assert home_issuer.asked == 1


async def test_a_key_that_is_taken_back_ends_the_tokens_that_it_signed(home_issuer):
    access = access_to(home_issuer, pause=0.0, refresh=0.05)
    token = home_issuer.token(Role.OFFICER)
    await access.caller(f"Bearer {token}")
    home_issuer.publish(generate_private_key(65537, 2048))
    while home_issuer.asked == 1:  # the keys are fetched again behind the callers' backs
        await access.caller(f"Bearer {token}")
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert (await problem_of(access, token)).kind.code == "token-key-unknown"


async def test_an_issuer_that_is_down_is_a_503_at_first_and_nothing_at_all_once_its_keys_are_known(tmp_path):
    settings = local_settings(tmp_path)
    key = issuer.key(tmp_path)
    running = RunningIssuer(settings, key, issuer.create_issuer(settings, key))
    access = access_to(running, refresh=0.0, pause=0.0)
    token = running.token(Role.OFFICER)
    problem = await problem_of(access, token)
    assert (problem.kind.code, problem.kind.status, problem.headers["Retry-After"]) == (
        "issuer-unreachable",
        503,
        "5",
    )
    async with served(running, settings.ports["issuer"]):
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                await access.caller(f"Bearer {token}")
                break
            except Problem:
                await asyncio.sleep(0.2)
    for _ in range(3):
        await access.caller(f"Bearer {running.token(Role.OFFICER, sub='another')}")
        await asyncio.sleep(0.05)


async def test_es256_tokens_are_read_and_weak_or_foreign_keys_are_not(tmp_path):
    settings = local_settings(tmp_path)
    strong, weak = ec.generate_private_key(ec.SECP256R1()), generate_private_key(65537, 1024)
    keys = [
        {**jwt.algorithms.ECAlgorithm.to_jwk(strong.public_key(), as_dict=True), "kid": "strong"},
        {**jwt.algorithms.RSAAlgorithm.to_jwk(weak.public_key(), as_dict=True), "kid": "weak"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "RSA", "n": "?", "e": "AQAB", "kid": "broken"},
    ]
    app = _issuer_of(settings.issuer, f"{settings.issuer}/jwks", keys)
    claims = {
        "iss": settings.issuer,
        "aud": "chumchon",
        "sub": "a",
        "exp": int(time.time()) + 60,
        "roles": ["operator"],
    }
    async with served(app, settings.ports["issuer"]):
        access = Access(settings.issuer, "chumchon")
        for headers in ({"kid": "strong"}, {}):
            token = jwt.encode(claims, strong, algorithm="ES256", headers=headers)
            assert (await access.caller(f"Bearer {token}")).roles == {Role.OPERATOR}
        token = jwt.encode(claims, weak, algorithm="RS256", headers={"kid": "weak"})
        assert (await problem_of(access, token)).kind.code == "token-key-unknown"


async def test_a_discovery_document_of_another_issuer_is_not_believed(tmp_path):
    settings = local_settings(tmp_path)
    key = issuer.key(tmp_path)
    public = {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": issuer.key_id(key)}
    app = _issuer_of("https://elsewhere.example", f"{settings.issuer}/jwks", [public])
    async with served(app, settings.ports["issuer"]):
        token = issuer.sign(settings, key, issuer.claims([Role.OFFICER], ["51"]), 60)
        assert (
            await problem_of(Access(settings.issuer, "chumchon"), token)
        ).kind.code == "issuer-unreachable"


def test_the_local_issuer_refuses_to_serve_any_other_stack(tmp_path, monkeypatch):
    for variable, value in (
        ("CHUMCHON_KAFKA", "kafka.example:9092"),
        ("CHUMCHON_MONGO", "mongodb://mongo.example"),
        ("CHUMCHON_ISSUER", "https://login.example/realms/chumchon"),
        ("CHUMCHON_HOST", "0.0.0.0"),
        ("CHUMCHON_PUBLIC", "https://desk.example"),
    ):
        settings = type(local_settings(tmp_path)).from_env({"CHUMCHON_HOME": str(tmp_path), variable: value})
        with pytest.raises(StackError, match=variable) as refused:
            issuer.token(settings, [Role.OFFICER], ["51"])
        assert refused.value.code == "not_the_local_stack"
        monkeypatch.setenv("CHUMCHON_HOME", str(tmp_path))
        monkeypatch.setenv(variable, value)
        monkeypatch.setattr(
            "services.chassis.logs.configure", lambda *_: None
        )  # it would be for the whole run
        with pytest.raises(SystemExit, match="not_the_local_stack"):
            issuer.main()
        monkeypatch.delenv(variable)
    assert list(tmp_path.iterdir()) == []


def test_tokens_are_minted_only_while_the_stack_runs_and_its_key_is_the_users_alone(tmp_path):
    settings = local_settings(tmp_path, PORTS["issuer"])
    with pytest.raises(StackError) as refused:
        issuer.token(settings, [Role.OFFICER], ["51"])
    assert refused.value.code == "no_issuer"
    record_as_running(settings)
    token = issuer.token(settings, [Role.OFFICER], ["51"], ttl=90)
    said = jwt.decode(token, options={"verify_signature": False})
    assert (said["roles"], said["areas"], said["sub"]) == (["officer"], ["51"], "local:officer:51")
    assert said["exp"] - said["iat"] == 90
    assert stat.S_IMODE((tmp_path / "issuer-key.pem").stat().st_mode) == 0o600
    for wrong in ({"areas": ["5"]}, {"areas": ["51"], "ttl": 0}, {"areas": ["51"], "ttl": 10**8}):
        with pytest.raises(ValueError, match=r"area|seconds"):
            issuer.token(settings, [Role.OFFICER], **wrong)


def test_chumchon_token_prints_the_token_and_nothing_else(tmp_path: Path, monkeypatch):
    from typer.testing import CliRunner

    from services.cli.token import app

    monkeypatch.setenv("CHUMCHON_HOME", str(tmp_path))
    port = free_port()
    monkeypatch.setenv("CHUMCHON_PORT_ISSUER", str(port))
    settings = local_settings(tmp_path, port)
    runner = CliRunner()
    refused = runner.invoke(app, ["--role", "officer"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "chumchon up" in refused.stderr
    record_as_running(settings)
    for words in (
        ["--role", "king"],
        ["--role", "officer", "--ttl", "soon"],
        ["--role", "officer", "--area", "x"],
    ):
        assert runner.invoke(app, words).exit_code == 2
    made = runner.invoke(app, ["--role", "officer", "--role", "approver", "--area", "5101", "--ttl", "30m"])
    said = json.loads(jwt.utils.base64url_decode(made.stdout.strip().split(".")[1]))
    assert (said["roles"], said["areas"], said["exp"] - said["iat"]) == (
        ["approver", "officer"],
        ["5101"],
        1800,
    )
    assert (made.stdout.count("\n"), made.stderr) == (1, "")
    for words, areas in (([], []), (["--area", ""], []), (["--area", "TH"], ["TH"])):
        made = runner.invoke(app, ["--role", "officer", *words])
        said = json.loads(jwt.utils.base64url_decode(made.stdout.strip().split(".")[1]))
        assert said["areas"] == areas
        assert ("no area" in made.stderr, "ไม่มีพื้นที่" in made.stderr) == (not areas, not areas)


def _issuer_of(name: str, place: str, keys: list[dict[str, str]]) -> Starlette:
    async def discovery(_: Request) -> JSONResponse:
        return JSONResponse({"issuer": name, "jwks_uri": place})

    async def jwks(_: Request) -> JSONResponse:
        return JSONResponse({"keys": keys})

    return Starlette(routes=[Route("/.well-known/openid-configuration", discovery), Route("/jwks", jwks)])
