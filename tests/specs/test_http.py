"""The edges over HTTP: who may, keys and versions, what is refused and how it is said, pages and caches."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC
from uuid import UUID

import pytest

from contracts.ids import derived
from services.chassis.access import Role
from services.chassis.calls import Call, KeyReused, OutcomeUnknown, Overloaded, Unavailable, UnreadableStream
from services.chassis.commits import TooLarge
from services.chassis.http import BY_CALLER, BY_EVENTS, PUBLIC, Caller, Reply, Routes, Run, create_app, within
from services.chassis.http.wire import Wire
from tests.local_issuer import free_port, running_issuer, served
from tests.notebook_http import STREAM, client_of, notebook_app, routes

CORRELATION = "0b9c4ad0-2f5c-4d0b-8f5e-3f1f6a0e7c11"
MARKS = f"/v1/notebooks/{STREAM}/marks"


@pytest.fixture(scope="module")
async def issuer(tmp_path_factory):
    async with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture
async def client(issuer):
    async with client_of(issuer) as client:
        yield client


async def opened(client):
    answer = await client.post("/v1/notebooks", json={}, headers={"Idempotency-Key": "open"})
    assert answer.status_code == 201
    return answer


def problem(answer, status: int, code: str):
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == f"urn:chumchon:problem:{code}"
    assert told["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert re.search(r"[ก-๙]", told["detail_th"])
    assert not re.search(r"[ก-๙]", told["detail_en"])
    return told


async def test_a_command_is_answered_with_its_stream_version_events_and_address(client):
    answer = await opened(client)
    assert answer.json() == {
        "id": STREAM, "version": 1, "repeated": False, "events": ["chumchon.members.AreaRegistered.v1"],
    }  # fmt: skip
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/v1/notebooks/{STREAM}"
    assert answer.headers["Idempotency-Key"] == "open"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_repeated_key_has_the_first_answer_and_says_so(client):
    first = await opened(client)
    await client.post(MARKS, json={"texts": ["ก"]})
    again = await client.post("/v1/notebooks", json={}, headers={"Idempotency-Key": '"open"'})
    assert (again.status_code, again.headers["ETag"]) == (201, '"1"')
    assert again.json() == {**first.json(), "repeated": True}
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]


async def test_a_repeated_key_with_another_body_is_refused(client):
    await opened(client)
    again = await client.post("/v1/notebooks", json={"area": "5102"}, headers={"Idempotency-Key": "open"})
    problem(again, 422, "idempotency-key-reused")


async def test_a_key_is_one_actors_and_one_routes(issuer):
    async with client_of(issuer, handler := Noting()) as client:
        key = {"Idempotency-Key": "k"}
        await client.post("/v1/notebooks", json={}, headers=key)
        await client.post("/v1/notebooks", json={}, headers=key | issuer.bearer(Role.OFFICER, sub="another"))
        await client.post(MARKS, json={"texts": ["ก"]}, headers=key)
    assert [call.command_id for call in handler.calls] == [
        derived("officer-7", "POST /v1/notebooks", "k"),
        derived("another", "POST /v1/notebooks", "k"),
        derived("officer-7", "POST /v1/notebooks/{notebook_id}/marks", "k"),
    ]


async def test_a_call_carries_actor_areas_time_version_and_trace(issuer):
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    async with client_of(issuer, handler := Noting()) as client:
        heads = {"If-Match": '"7"', "X-Correlation-ID": CORRELATION, "traceparent": trace}
        await client.post(MARKS, json={"texts": ["ก"]}, headers=heads)
        await client.post(MARKS, json={"texts": ["ก"]}, headers={"If-Match": 'W/"8"', "traceparent": "00-zz"})
    first, second = handler.calls
    assert (first.actor, first.scopes, first.expected_versions) == ("officer-7", ("51",), {7})
    assert (first.correlation_id, first.traceparent) == (CORRELATION, trace)
    assert first.now.microsecond % 1000 == 0
    assert first.now.tzinfo is UTC
    assert second.expected_versions == {8}
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", second.traceparent)


async def test_without_a_key_one_is_made_and_told_even_when_the_outcome_is_unknown(issuer):
    async with client_of(issuer, Raising(OutcomeUnknown("x"))) as client:
        answer = await client.post("/v1/notebooks", json={})
    problem(answer, 503, "outcome-unknown")
    assert UUID(answer.headers["Idempotency-Key"])
    assert answer.headers["Retry-After"] == "1"


async def test_several_commands_of_one_request_are_each_done_once(client):
    key = {"Idempotency-Key": "two"}
    first = await client.post("/v1/notebooks/two", headers=key)
    again = await client.post("/v1/notebooks/two", headers=key)
    assert (first.json()["version"], first.json()["repeated"]) == (2, False)
    assert again.json() == {**first.json(), "repeated": True}


async def test_a_stale_etag_is_412_and_tells_the_version_that_it_is_at(client):
    await opened(client)
    done = await client.post(MARKS, json={"texts": ["ก"]}, headers={"If-Match": '"1"'})
    stale = await client.post(MARKS, json={"texts": ["ข"]}, headers={"If-Match": '"1"'})
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    assert problem(stale, 412, "stale-version")["version"] == 2
    assert stale.headers["ETag"] == '"2"'


async def test_if_match_takes_a_list_and_a_star(client):
    star, none_of_ours = {"If-Match": "*"}, {"If-Match": '"abc"'}
    problem(await client.post("/v1/notebooks", json={}, headers=star), 412, "stale-version")
    await opened(client)
    for n, given in enumerate(('"7", "1"', 'W/"2" , "9"', "*", '"4-0a1b2c3d"', '"x", "5"')):
        done = await client.post(MARKS, json={"texts": [str(n)]}, headers={"If-Match": given})
        assert (done.status_code, done.headers["ETag"]) == (200, f'"{n + 2}"'), given
    for given in ('"1", "2"', '"6-0a1b"', '"5-0a1b2c3d"', *none_of_ours.values()):
        stale = await client.post(MARKS, json={"texts": ["ก"]}, headers={"If-Match": given})
        assert problem(stale, 412, "stale-version")["version"] == 6


async def test_a_head_is_answered_wherever_a_get_is(issuer, client):
    await opened(client)
    auditor = issuer.bearer(Role.AUDITOR, areas=["51"])
    for path in (f"/v1/notebooks/{STREAM}", "/v1/figures?area=51", "/v1/names", "/page", "/docs", "/health"):
        get, head = [await client.request(method, path, headers=auditor) for method in ("GET", "HEAD")]
        assert (get.status_code, head.status_code) == (200, 200), path
        assert head.headers.get("ETag") == get.headers.get("ETag")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
    problem(await client.get("/v1/nothing"), 404, "no-such-route")
    assert (await client.head(MARKS)).status_code == 405


async def test_documents_are_made_once_and_not_sent_again(client, monkeypatch):
    made = []

    def counted(**_):
        made.append(1)
        return {"paths": {}, "info": {"title": ""}}

    monkeypatch.setattr("services.chassis.http.openapi.get_openapi", counted)
    for path in ("/openapi.json", "/docs", "/openapi.json", "/docs"):
        first = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert len(made) == 1


async def test_pages_are_documented_as_what_they_are(client):
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert list(paths["/page"]["get"]["responses"]["200"]["content"]) == ["text/html"]
    assert list(paths["/v1/names"]["get"]["responses"]["200"]["content"]) == ["application/json"]


async def test_what_is_no_http_is_a_problem_too(issuer):
    async with served(notebook_app(issuer), port := free_port(), http=Wire):
        for sent in (
            "GET /v1/names?under=ลำพูน HTTP/1.1\r\nAccept-Language: en\r\n\r\n",
            "GET /ก HTTP/1.1\r\n\r\n",
            "?\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent.encode())
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            told = json.loads(body)
            assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert b"content-type: application/problem+json" in head
            assert (told["code"], bool(told["detail_th"]), bool(told["detail_en"])) == (
                "request-unreadable",
                True,
                True,
            )
            assert f"x-correlation-id: {told['correlation_id']}".encode() in head


async def test_headers_that_cannot_be_read_are_refused(client):
    for value in ("", "seven", '"1" "2"', '"1", *', '"๗"'.encode()):
        problem(await client.post(MARKS, json={}, headers={"If-Match": value}), 400, "if-match-unreadable")
    for value in ("", "a b", "x" * 256, "ก".encode()):
        answer = await client.post(MARKS, json={}, headers={"Idempotency-Key": value})
        problem(answer, 400, "idempotency-key-unreadable")


async def test_a_refusal_is_a_problem_with_the_domains_code_and_sentences(client):
    told = problem(await client.post(MARKS, json={"texts": ["ก"]}), 409, "not-open")
    assert (told["detail_th"], told["detail_en"]) == ("สมุดยังไม่เปิด", "The notebook is not open.")


async def test_what_the_chassis_raises_has_its_status(issuer):
    for error, status, code in (
        (Overloaded(), 503, "overloaded"),
        (Unavailable("ServerSelectionTimeoutError"), 503, "unavailable"),
        (UnreadableStream("x"), 503, "newer-than-this-service"),
        (KeyReused(), 422, "idempotency-key-reused"),
        (TooLarge("an event of 300000 bytes"), 413, "command-too-large"),
    ):
        async with client_of(issuer, Raising(error)) as client:
            answer = await client.post("/v1/notebooks", json={})
        problem(answer, status, code)
        assert ("Retry-After" in answer.headers) == (status == 503)
        assert str(error) not in answer.text or not str(error)


async def test_no_expired_and_foreign_tokens_are_401(issuer, client):
    cases = {
        "token-missing": {"Authorization": ""},
        "token-malformed": {"Authorization": "Bearer abc"},
        "token-expired": issuer.bearer(Role.OFFICER, exp=1),
        "token-audience": issuer.bearer(Role.OFFICER, aud="another"),
    }
    unusable = [("token-malformed", issuer.bearer(Role.OFFICER, areas=["5"])),
                ("token-malformed", issuer.bearer(Role.OFFICER, sub=""))]  # fmt: skip
    for code, heads in [*cases.items(), *unusable]:
        answer = await client.post("/v1/notebooks", json={}, headers=heads)
        problem(answer, 401, code)
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="chumchon"')


async def test_a_wrong_role_is_403_and_told_which_are_right(issuer, client):
    answer = await client.post(MARKS, json={"texts": ["ก"]}, headers=issuer.bearer(Role.AUDITOR))
    assert problem(answer, 403, "role-missing")["roles"] == ["approver", "officer"]
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_nobody_writes_or_reads_outside_the_own_areas(issuer, client):
    problem(await client.post("/v1/notebooks", json={"area": "5201"}), 403, "outside-your-area")
    await opened(client)
    elsewhere = issuer.bearer(Role.OFFICER, areas=["52"])
    problem(await client.post(MARKS, json={"texts": ["ก"]}, headers=elsewhere), 403, "outside-your-area")
    problem(await client.get(f"/v1/notebooks/{STREAM}", headers=elsewhere), 403, "outside-your-area")
    auditor = issuer.bearer(Role.AUDITOR, areas=["51"])
    assert (await client.get("/v1/figures?area=5101", headers=auditor)).status_code == 200
    for query in ("?area=52", "?area=", ""):
        problem(await client.get(f"/v1/figures{query}", headers=auditor), 403, "outside-your-area")


async def test_the_caller_is_known_before_a_byte_of_the_body_is_read(client):
    async def body():
        assert client.is_closed, "the body was read"
        yield b""

    answer = await client.post("/v1/notebooks", content=body(), headers={"Authorization": ""})
    problem(answer, 401, "token-missing")


async def test_wrong_fields_are_named_in_both_languages_and_never_quoted(client):
    body = {"area": 51, "pages": 0, "on": "2568-13-45", "สมชาย": "ลับ"}
    answer = await client.post("/v1/notebooks", json=body, headers={"Accept-Language": "en"})
    told = problem(answer, 422, "invalid")
    assert told["detail"] == told["detail_en"]
    found = {error["field"]: error for error in told["errors"]}
    assert found["area"] == {"field": "area", "code": "text", "th": "ต้องเป็นข้อความ", "en": "must be text"}
    assert (found["pages"]["code"], found["pages"]["en"]) == ("too-small", "must be 1 or more")
    assert found["on"]["code"] == "date-impossible"
    assert found["สมชาย"]["code"] == "unknown-field"
    assert "ลับ" not in answer.text
    assert "2568-13-45" not in answer.text


async def test_places_inside_lists_and_many_errors_are_told(client):
    answer = await client.post(MARKS, json={"texts": [*["ก"] * 7, *[""] * 150]})
    told = problem(answer, 422, "invalid")
    assert (told["errors"][0]["field"], len(told["errors"]), told["errors_left_out"]) == ("texts.7", 100, 50)


async def test_the_language_is_thai_unless_english_is_liked_better(client):
    for accept, language in (("", "th"), ("th-TH,en;q=0.5", "th"), ("en-GB,th;q=0.9", "en"), ("fr", "th")):
        answer = await client.post(MARKS, json={"texts": ["ก"]}, headers={"Accept-Language": accept})
        told = answer.json()
        assert answer.headers["Content-Language"] == language
        assert answer.headers["Vary"] == "Accept-Language"
        assert told["detail"] == told[f"detail_{language}"]
        assert bool(re.search(r"[ก-๙]", told["title"])) == (language == "th")


async def test_what_is_no_json_is_400_and_tells_where(client):
    heads = {"Content-Type": "application/json; charset=utf-8"}
    told = problem(await client.post(MARKS, content=b'{"texts": [', headers=heads), 400, "body-unreadable")
    assert told["at"] == "line 1 column 11"
    for content in (b"", b"\xff\xfe", b'"\\ud800"', b"[" * 5000):
        answer = await client.post(MARKS, content=content, headers=heads)
        assert answer.status_code in (400, 422)
    problem(await client.post(MARKS, content=b"[" * 5000, headers=heads), 400, "body-unreadable")
    problem(await client.post(MARKS, json=["ก"]), 422, "invalid")


async def test_other_content_types_are_415(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = await client.post(MARKS, content=b"{}", headers={"Content-Type": kind})
        problem(answer, 415, "content-type")
        assert answer.headers["Accept"] == "application/json"
    assert (await client.post("/v1/files", content=b"a,b", headers={"Content-Type": "text/csv"})).json() == {
        "size": 3
    }
    problem(await client.post("/v1/files", json={}), 415, "content-type")


async def test_a_body_that_is_too_large_is_413_whether_it_says_so_or_not(client):
    async def pieces(number: int):
        for _ in range(number):
            yield b"x" * 500

    csv = {"Content-Type": "text/csv"}
    assert (await client.post("/v1/files", content=pieces(4), headers=csv)).json() == {"size": 2000}
    for content in (b"x" * 2001, pieces(1000)):
        answer = await client.post("/v1/files", content=content, headers=csv)
        assert problem(answer, 413, "body-too-large")["limit"] == 2000
        # what is announced, and no more than a gateway sends, is read away: nobody hears who hangs up on him
        assert ("Connection" in answer.headers) is not isinstance(content, bytes)
    assert (await client.post("/v1/raw", content=b"x" * 10)).json() == {"size": 10}
    problem(await client.post("/v1/raw", content=b"x" * 11), 413, "body-too-large")
    told = problem(await client.post(MARKS, json={"texts": ["x" * 2**20]}), 413, "body-too-large")
    assert "1 MiB" in told["detail_en"]


async def test_a_read_gives_an_etag_and_304_to_whoever_has_it(client):
    await opened(client)
    path = f"/v1/notebooks/{STREAM}"
    first = await client.get(path, headers={"X-Request-ID": CORRELATION})
    assert (first.headers["ETag"], first.headers["Cache-Control"]) == ('"1"', "no-store")
    assert first.json()["asked_in"] == first.headers["X-Correlation-ID"] == CORRELATION
    for tag in ('"1"', 'W/"1"', '"0", "1"', "*"):
        same = await client.get(path, headers={"If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", '"1"')
    await client.post(MARKS, json={"texts": ["ก"]})
    assert (await client.get(path, headers={"If-None-Match": '"1"'})).json()["marks"] == ["ก"]


async def test_a_public_read_needs_no_token_and_may_be_kept(client):
    answer = await client.get("/v1/names", headers={"Authorization": "Bearer nonsense"})
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    tag = answer.headers["ETag"]
    assert (await client.get("/v1/names", headers={"If-None-Match": tag})).status_code == 304
    assert (await client.get("/v1/names?under=51", headers={"If-None-Match": tag})).status_code == 200
    assert (await client.get("/v1/today")).headers["Cache-Control"] == "public, max-age=0, s-maxage=1"


async def test_pages_follow_one_another_without_a_gap_and_keep_the_filters(client):
    seen, address = [], "/v1/names?limit=3&under=๕๑&kind=a&kind=b"
    while address:
        page = (await client.get(address)).json()
        seen.append([item["id"] for item in page["items"]])
        assert all(item["kind"] == ["a", "b"] for item in page["items"])
        address = page["next"] and f"/v1/names{page['next']}"
    assert seen == [["000", "001", "002"], ["003", "004", "005"], ["006"]]


async def test_a_cursor_of_another_question_and_a_wrong_limit_are_refused(client):
    cursor = (await client.get("/v1/names?limit=3")).json()["next"]
    assert (await client.get(f"/v1/names{cursor}")).status_code == 200
    for address in (
        f"/v1/names{cursor}&under=51",
        "/v1/names?cursor=%00",
        "/v1/names?cursor=W10",
        "/v1/names?cursor=é",
    ):
        told = problem(await client.get(address), 422, "invalid")
        assert [(error["field"], error["code"]) for error in told["errors"]] == [
            ("cursor", "cursor-unreadable")
        ]
    for limit in ("0", "501", "many", "1&limit=2"):
        told = problem(await client.get(f"/v1/names?limit={limit}"), 422, "invalid")
        assert told["errors"][0]["field"] == "limit"


async def test_filters_read_thai_digits_and_buddhist_years(issuer, client):
    auditor = issuer.bearer(Role.AUDITOR, areas=["TH"])
    query = {"area": "๕๑๐๑", "on": "๒๖ พ.ย. ๒๕๖๔", "fiscal_year": "๒๕๖๕"}
    answer = await client.get("/v1/figures", params=query, headers=auditor)
    assert answer.json() == {"area": "5101", "on": "2021-11-26", "fiscal_year": 2565}
    wrong = {"area": "510", "on": "26/11/64", "fiscal_year": "2022", "aera": "51"}
    told = problem(await client.get("/v1/figures", params=wrong, headers=auditor), 422, "invalid")
    codes = {error["field"]: error["code"] for error in told["errors"]}
    assert codes == {
        "area": "area-code",
        "on": "date-year-digits",
        "fiscal_year": "fiscal-year",
        "aera": "unknown-field",
    }
    assert "2565 (2565?)" not in answer.text


async def test_a_page_for_people_ignores_what_others_add_to_its_address(client):
    assert (await client.get("/page?lang=en&fbclid=x")).text == "<p>2</p>"


async def test_unknown_addresses_and_methods_are_problems_too(client):
    problem(await client.get("/v1/nothing"), 404, "no-such-route")
    problem(await client.get("/v1/names/"), 404, "no-such-route")
    answer = await client.delete(f"/v1/notebooks/{STREAM}")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


async def test_an_unexpected_error_tells_its_correlation_id_and_nothing_else(client):
    answer = await client.get("/v1/broken", headers={"X-Correlation-ID": CORRELATION})
    told = problem(answer, 500, "unexpected")
    assert told["correlation_id"] == CORRELATION
    assert "1111" not in answer.text
    assert "ValueError" not in answer.text


async def test_a_correlation_id_that_could_harm_a_log_is_replaced(client):
    for given in (
        b"a\tb",
        "ก".encode(),
        b"x" * 200,
        b'{"a"}',
        b"1-1018-00000-00-0",
        b"8" * 10,
        b"somchai",
    ):
        answer = await client.get("/v1/today", headers={"X-Correlation-ID": given})
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Correlation-ID"])


async def test_health_ready_metrics_and_docs_need_no_token(issuer):
    async def fine():
        return True, "3 brokers"

    async def bad():
        return False, "no primary"

    async def worse():
        raise OSError("mongodb://user:secret@host")

    async with client_of(issuer, ready={"kafka": fine}) as client:
        assert (await client.get("/health")).json() == {"service": "notebooks", "alive": True}
        assert (await client.get("/ready")).json()["checks"] == {"kafka": {"ok": True, "detail": "3 brokers"}}
        page = await client.get("/docs")
        assert "POST" in page.text
        assert "src=" not in page.text
        await client.get("/v1/today")
        metrics = (await client.get("/metrics")).text
    line = (
        'chumchon_http_request_seconds_count{method="GET",route="/v1/today",service="notebooks",status="200"}'
    )
    assert line in metrics
    assert 'route="/health"' in metrics
    async with client_of(issuer, ready={"kafka": fine, "mongo": bad, "relay": worse}) as client:
        answer = await client.get("/ready")
    told = problem(answer, 503, "not-ready")
    assert told["not_ready"] == ["mongo", "relay"]
    assert told["checks"]["mongo"]["detail"] == "no primary"
    assert "secret" not in answer.text


async def test_the_openapi_document_tells_roles_scopes_headers_and_problems(client):
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    post = document["paths"]["/v1/notebooks"]["post"]
    assert "head" not in document["paths"]["/v1/names"]
    assert (post["x-roles"], post["x-scope"], post["security"]) == (["officer"], "events", [{"token": []}])
    assert {"Idempotency-Key", "If-Match"} <= {one["name"] for one in post["parameters"]}
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/NewNotebook")
    assert set(post["responses"]) == {"201", "4XX", "5XX"}
    assert "application/problem+json" in post["responses"]["4XX"]["content"]
    names = document["paths"]["/v1/names"]["get"]
    assert {one["name"] for one in names["parameters"]} == {"under", "kind", "limit", "cursor"}
    assert names["security"] == []
    assert list(document["paths"]["/v1/files"]["post"]["requestBody"]["content"]) == ["text/csv"]
    assert {"ProblemDocument", "FieldDocument", "ReplyDocument"} <= set(document["components"]["schemas"])
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_route_says_its_roles_and_its_reach():
    assert [str(declared) for declared in routes.declared] == [
        "POST /v1/notebooks officer events",
        "POST /v1/notebooks/{notebook_id}/marks approver+officer events",
        "POST /v1/notebooks/two officer events",
        "POST /v1/files officer anywhere",
        "POST /v1/raw officer anywhere",
        "GET /v1/notebooks/{notebook_id} auditor+officer caller",
        "GET /v1/figures auditor within(area)",
        "GET /v1/names public anywhere",
        "GET /page public anywhere",
        "GET /v1/today public anywhere",
        "GET /v1/broken public anywhere",
    ]


async def plain() -> dict[str, str]:
    return {}


async def runs(run: Run) -> Reply:
    raise NotImplementedError


async def asks(caller: Caller) -> dict[str, str]:
    return {}


async def untyped(x) -> dict[str, str]:
    return {}


async def silent():
    pass


@pytest.mark.parametrize(
    ("declare", "because"),
    [
        (lambda table: table.query("/a")(plain), "roles"),
        (lambda table: table.command("POST", "/a")(runs), "roles"),
        (lambda table: table.query("/a", roles=set())(plain), "PUBLIC"),
        (lambda table: table.query("/a", roles=frozenset())(plain), "PUBLIC"),
        (lambda table: table.command("POST", "/a", roles=PUBLIC)(runs), "needs roles"),
        (lambda table: table.command("GET", "/a", roles={Role.OFFICER})(runs), "not a GET"),
        (lambda table: table.command("POST", "/a", roles={Role.OFFICER})(plain), "reaches everywhere"),
        (
            lambda table: table.command("POST", "/a", roles={Role.OFFICER}, scope=BY_EVENTS)(asks),
            "without a Run",
        ),
        (lambda table: table.query("/a", roles={Role.OFFICER})(plain), "say scope"),
        (lambda table: table.query("/a", roles={Role.OFFICER}, scope=BY_CALLER)(plain), "reaches everywhere"),
        (
            lambda table: table.query("/a", roles={Role.OFFICER}, scope=within("area"))(asks),
            "no parameter area",
        ),
        (lambda table: table.query("/a", roles=PUBLIC)(asks), "knows no caller"),
        (lambda table: table.query("/a", roles={Role.OFFICER}, max_age=5)(asks), "not for caches"),
        (lambda table: table.query("/a", roles=PUBLIC)(runs), "runs no command"),
        (lambda table: table.query("/a/{b}", roles=PUBLIC)(plain), "does not take b"),
        (lambda table: table.query("/a", roles=PUBLIC)(untyped), "no type"),
        (lambda table: table.query("/a", roles=PUBLIC)(silent), "what it returns"),
        (lambda table: [table.query("/a", roles=PUBLIC)(plain) for _ in "12"], "twice"),
    ],
)
def test_a_route_that_says_too_little_cannot_be_declared(declare, because):
    with pytest.raises(TypeError, match=because):
        declare(Routes("wrong"))


def test_an_app_without_what_its_routes_need_cannot_be_made():
    table = Routes("wrong")
    table.query("/a", roles={Role.OFFICER})(asks)
    with pytest.raises(TypeError, match="access"):
        create_app("wrong", table)


class Noting:
    """A handler that notes its calls and refuses everything as it cannot know better."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def handle(self, aggregate, stream, command, call, *, unless=None):
        self.calls.append(call)
        raise Overloaded


class Raising:
    """A handler in trouble."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle(self, aggregate, stream, command, call, *, unless=None):
        raise self.error
