"""Registers and own answers of things: of every aggregate on every desk, without a line written for it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from importlib import import_module
from random import Random
from urllib.parse import quote

import pytest
from python_calamine import CalamineWorkbook

from contracts.envelope import GENESIS, envelopes
from contracts.event import Event
from contracts.ids import stream_id
from contracts.members import AreaRegistered
from contracts.topics import SERVICES, topic_of
from services.chassis.access import Role
from services.chassis.projection import Record
from services.otop.app import SERVICE as OTOP
from tests.answered import problem, version, wrong_fields
from tests.edge import bearer, edge_of
from tests.lamphun_edge import ELSEWHERE, OTHER_VILLAGE, VILLAGE, assert_untold, number_of
from tests.lifecycles import AREA, event_of

APPLIES = {"registration_ref": "12/2565", "category": "group", "channel": "office", "area": VILLAGE, "on": "1 ต.ค. 2564"}  # fmt: skip
PROVINCE = bearer(Role.APPROVER, actor="approver-1")
CERTIFY = {"registration_number": "ลพ.51-7", "announced_on": "2022-02-02", "on": "2022-02-01"}
LIST = "/v1/producers"


@pytest.fixture
async def edge():
    async with edge_of(OTOP) as edge:
        for code in (VILLAGE, OTHER_VILLAGE, ELSEWHERE):
            edge.hear(AreaRegistered(area=code, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


async def applied(edge, n=1, **changed):
    answer = await edge.post(LIST, {**APPLIES, "registration_ref": f"{n}/2565", **changed})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def rows(edge, query=""):
    answer = await edge.client.get(f"{LIST}?area=51{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_register_has_areas_stages_and_days_to_choose_by(edge):
    first, second = await applied(edge, 1), await applied(edge, 2, area=OTHER_VILLAGE, on="2022-01-15")
    await edge.post(f"{first}/return-application", {"reasons": ["no-map"], "on": "2021-12-01"})
    await edge.tell()
    assert [row["path"] for row in await rows(edge)] == [first, second]
    assert [row["stage"] for row in await rows(edge)] == ["returned", "applied"]
    assert [row["path"] for row in await rows(edge, "&stage=returned")] == [first]
    assert [row["path"] for row in await rows(edge, "&since_to=1 ธ.ค. 2564")] == [first]
    assert [row["path"] for row in await rows(edge, "&since_from=2021-12-02")] == [second]
    narrow = await edge.client.get(f"{LIST}?area={OTHER_VILLAGE}")
    assert [row["path"] for row in narrow.json()["items"]] == [second]
    [row] = await rows(edge, "&stage=returned")
    assert (row["since"], row["began_on"], row["reasons"]) == ("2021-12-01", "2021-10-01", ["no-map"])
    assert row["dates"] == {"ProducerApplied": "2021-10-01", "ApplicationReturned": "2021-12-01"}


async def test_what_a_step_computes_of_its_event_alone_is_in_the_row(edge):
    path = await applied(edge)
    await edge.post(f"{path}/return-application", {"reasons": ["no-map"], "on": "2021-12-01"})
    await edge.post(f"{path}/resubmit-application", {"on": "2021-12-05"})
    await edge.tell()
    [row] = await rows(edge)
    state = (await edge.client.get(path)).json()
    assert {name: row[name] for name in ("reasons", "district", "stage")} == {
        name: state[name] for name in ("reasons", "district", "stage")
    }
    assert row["reasons"] == []


async def test_a_thing_is_found_by_its_number_however_it_is_typed_and_by_its_whole_key(edge):
    path = await applied(edge, 7)
    await applied(edge, 8)
    answer = await edge.post(
        f"{path}/certify-producer", {**CERTIFY, "registration_number": "LP-51-7"}, Authorization=PROVINCE
    )
    assert answer.status_code == 200, answer.text
    await edge.tell()
    for typed in ("LP-51-7", "lp-51", "LP-๕๑", " lp - 51 ", path.rpartition("/")[2]):
        assert [row["path"] for row in await rows(edge, f"&q={quote(typed)}")] == [path], typed
    for typed in ("51-7", "ลำพูน"):
        assert await rows(edge, f"&q={quote(typed)}") == []
    by_key = await edge.client.get(f"{LIST}?area=5101&q={quote('๗/๒๕๖๕')}")
    assert [row["path"] for row in by_key.json()["items"]] == [path]


async def test_a_citizen_number_is_no_search(edge):
    answer = await edge.client.get(f"{LIST}?area=51&q={number_of(1)}")
    assert wrong_fields(answer) == {(None, "q", "citizen-number-here")}
    assert_untold(answer.text, 1)


async def test_pages_say_from_where_and_that_the_list_has_moved(edge):
    paths = sorted([await applied(edge, n) for n in range(5)])
    await edge.tell()
    address, seen, moved = f"{LIST}?area=51&limit=2", [], []
    while address:
        page = (await edge.client.get(address)).json()
        seen += [row["path"] for row in page["items"]]
        moved.append(page["moved"])
        address = page["next"] and f"{LIST}{page['next']}"
        if len(moved) == 1:  # meanwhile one that was shown and one that was not go on
            for path in (paths[0], paths[4]):
                await edge.post(f"{path}/return-application", {"reasons": ["x"], "on": "2021-12-01"})
            await edge.tell()
            edge.models["otop.things"].positions = {"chumchon.otop.events.v1": {0: 7}}
    assert seen == paths
    assert moved == [False, True, True]
    assert page["seen"]["positions"] == {"chumchon.otop.events.v1": {"0": 7}}


async def test_the_whole_list_is_a_file_also_where_it_is_empty(edge):
    empty = await edge.client.get(f"{LIST}?area=51&format=csv")
    assert len(list(csv.reader(io.StringIO(empty.content.decode("utf-8-sig"))))) == 1
    for n in range(3):
        await applied(edge, n)
    await edge.tell()
    answer = await edge.client.get(f"{LIST}?area=51&limit=1", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="producer.csv"'
    head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(lines) == 3
    told = dict(zip(head, lines[0], strict=True))
    assert told["ประเภทผู้ผลิต · category"] == "กลุ่มผู้ผลิตชุมชน"
    assert told["สถานะ · stage"] == "ยื่นคำร้องแล้ว"
    assert told["วันที่เริ่ม · began on"] == "01/10/2564"
    sheet = await edge.client.get(f"{LIST}?area=51&format=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
    assert book.get_sheet_by_index(0).to_python() == [head, *lines]
    blank = await edge.client.get(f"{LIST}?area=5102&format=xlsx")
    assert CalamineWorkbook.from_filelike(io.BytesIO(blank.content)).get_sheet_by_index(0).to_python() == [
        head
    ]


async def test_a_register_is_for_who_reaches_its_area(edge):
    problem(await edge.client.get(LIST), 403, "outside-your-area")
    problem(await edge.client.get(f"{LIST}?area=52"), 403, "outside-your-area")
    problem(await edge.client.get(f"{LIST}?area=51", headers={"Authorization": ""}), 401, "token-missing")
    operator = {"Authorization": bearer(Role.OPERATOR)}
    problem(await edge.client.get(f"{LIST}?area=51", headers=operator), 403, "role-missing")


async def test_a_thing_says_what_can_be_done_now_and_by_whom(edge):
    path = await applied(edge)

    async def can(**claims):
        roles = claims.pop("roles", (Role.OFFICER,))
        answer = await edge.client.get(path, headers={"Authorization": bearer(*roles, **claims)})
        return [one["command"] for one in answer.json()["can"]]

    assert await can() == ["return-application", "give-district-opinion"]
    assert await can(roles=(Role.APPROVER,)) == ["certify-producer", "refuse-registration"]
    assert await can(roles=(Role.APPROVER,), area="5101") == []
    assert await can(roles=(Role.APPROVER,), actor="officer-7") == []  # who recorded it decides nothing
    assert await can(roles=(Role.AUDITOR,)) == []
    one = (await edge.client.get(path)).json()
    for possible in one["can"]:
        assert possible["path"].startswith(f"{path}/")
        assert possible["th"]
        answer = await edge.client.request(possible["method"], possible["path"], json={})
        assert answer.status_code == 422, answer.text  # it is there: its blanks are empty


async def test_a_thing_tells_who_did_what_and_when(edge):
    path = await applied(edge)
    opinion = {"agreed": True, "on": "2021-12-01"}
    await edge.post(f"{path}/give-district-opinion", opinion)
    await edge.post(
        f"{path}/certify-producer", CERTIFY | {"registration_number": "LP-1"}, Authorization=PROVINCE
    )
    one = (await edge.client.get(path)).json()
    assert [(told["version"], told["event"], told["actor"]) for told in one["history"]] == [
        (1, "ProducerApplied", "officer-7"), (2, "DistrictAgreed", "officer-7"), (3, "ProducerCertified", "approver-1"),
    ]  # fmt: skip
    assert [told["stage"] for told in one["history"]] == ["applied", None, "certified"]
    assert one["history"][1]["changed"] == {"district": "agreed"}
    assert one["history"][2]["changed"] == {
        "registration_number": "LP-1", "announced_on": "2022-02-02",
    }  # fmt: skip
    assert one["stage_label"] == {"th": "ได้รับการรับรองแล้ว", "en": "certified"}
    assert "makers" not in one


async def test_the_etag_of_a_thing_is_of_the_day_and_of_who_asks_and_serves_as_if_match(edge):
    path = await applied(edge)
    mine = await edge.client.get(path)
    same = await edge.client.get(path, headers={"If-None-Match": mine.headers["ETag"]})
    other = await edge.client.get(
        path, headers={"Authorization": PROVINCE, "If-None-Match": mine.headers["ETag"]}
    )
    assert (same.status_code, other.status_code) == (304, 200)
    back = {"reasons": ["x"], "on": "2021-12-01"}
    answer = await edge.post(f"{path}/return-application", back, If_Match=mine.headers["ETag"])
    assert (answer.status_code, version(answer)) == (200, "2")
    stale = await edge.post(
        f"{path}/resubmit-application", {"on": "2021-12-02"}, If_Match=mine.headers["ETag"]
    )
    problem(stale, 412, "stale-version")


BY_HAND = {"area-register", "person", "obligation"}
"""Whose lists are others: areas by their codes, no list of persons, and what is owed by day."""


@pytest.mark.parametrize("name", SERVICES)
async def test_everything_on_a_desk_is_in_its_register_after_its_first_event(name):
    async with edge_of(import_module(f"services.{name}.app").SERVICE) as edge:
        kinds = edge.desk.kinds.values() if edge.desk else ()
        assert kinds
        for kind in kinds:
            if kind.name in BY_HAND:
                assert kind.answers != "all"
                continue
            assert kind.listed, f"{kind.name} is on a desk, and nobody can list it"
            for n, event in enumerate(sorted(kind.aggregate.events, key=lambda one: one.type)):
                stream = stream_id(kind.name, n)
                edge.apply(first(stream, event_of(event, Random(n).choice)))
                assert kind.events[event.type].th
            roles = {"Authorization": bearer(*Role)}
            answer = await edge.client.get(f"{kind.many}?area={AREA}", headers=roles)
            assert answer.status_code == 200, answer.text
            assert {row["id"] for row in answer.json()["items"]} == {
                stream_id(kind.name, n) for n in range(len(kind.aggregate.events))
            }
            file = await edge.client.get(f"{kind.many}?area={AREA}&format=csv", headers=roles)
            head, *lines = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
            assert len(lines) == len(kind.aggregate.events)
            assert all(re.fullmatch(r".*[ก-๙].* · [^ก-๙]+", over) for over in head), head
            assert len(head) == len(set(head)), "two columns of one name"


def first(stream: str, event: Event) -> Record:
    """The first event of a stream, as a view hears it."""
    [envelope] = envelopes(
        subject=stream, version=1, previoushash=GENESIS, recorded_at=datetime.now(UTC), actor="a", correlationid="c",
        causationid="", traceparent="", events=[(event, GENESIS)],
    )  # fmt: skip
    return Record(envelope, event, topic_of(event.service), 0)


ONE_WORD = {
    "producer": {"DistrictAgreed", "DistrictNotAgreed"},
    "area-register": {"AreaRegistered", "AreaRenamed", "AreaSplit", "AreaAbolished"},
}
"""Events of one command: what differs stands in what they changed."""


@pytest.mark.parametrize("name", ["members", "funds", "otop", "reporting"])
async def test_no_two_events_of_a_thing_are_called_the_same_in_its_history(name):
    async with edge_of(import_module(f"services.{name}.app").SERVICE) as edge:
        assert edge.desk
        for kind in edge.desk.kinds.values():
            called: dict[str, set[str]] = {}
            for event in kind.aggregate.events:
                called.setdefault(kind.events[event.type].th, set()).add(event.__name__)
            assert {frozenset(names) for names in called.values() if len(names) > 1} <= {
                frozenset(ONE_WORD.get(kind.name, ()))
            }, kind.name
