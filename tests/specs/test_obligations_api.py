"""Reports that are owed, over HTTP: who may schedule, move, hand in and accept; what a submission keeps; the due list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from contracts.members import AreaAbolished, AreaRegistered, Cohort
from services.chassis.access import Role
from services.reporting.api import imports
from services.reporting.app import SERVICE
from services.reporting.domain.obligation import obligation_stream
from services.reporting.plan.owing import owing
from services.reporting.plan.promised import schedules
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import Edge, bearer, edge_of
from tests.importing import counted, ran
from tests.reporting_story import joined

PATH = "/v1/obligations"
UPGRADES = {
    "report": "duty-12-upgrade", "area": "5101", "fiscal_year": "๒๕๖๕", "due_on": "31 ก.ค. 2565",
    "chain": ["district", "province", "department"], "source": "003 L6025", "on": "1 ต.ค. 2564",
}  # fmt: skip
ONE = f"{PATH}/{obligation_stream('duty-12-upgrade', '5101', 2565)}"
YEAR = {"fiscal_year": 2565, "on": "2021-10-01"}
DISTRICT = owing(schedules(2565), "5101", 2565).reports
DISTRICT_OFFICER = bearer(Role.OFFICER, area="5101", actor="officer-5101")
PROVINCE = bearer(Role.OFFICER, Role.APPROVER, area="51", actor="approver-51")
DEPARTMENT = bearer(Role.OFFICER, Role.APPROVER, area="", actor="approver-th")


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with edge_of(SERVICE) as edge:
        edge.hear(
            *(
                AreaRegistered(area=code, on=date(1900, 1, 1), name_th="ที่", name_en="Place")
                for code in ("51", "5101", "5102", "5103", "52")
            )
        )
        edge.hear(AreaAbolished(area="5103", on=date(2020, 1, 1)))
        edge.client.headers["Authorization"] = PROVINCE
        yield edge


async def due(edge: Edge, on: str, **params: str) -> list[tuple[str, str]]:
    """Report and status of the due list of Lamphun."""
    await edge.tell()
    answer = await edge.client.get(PATH, params={"area": "51", "on": on, **params})
    assert answer.status_code == 200, answer.text
    return [(row["report"], row["status"]) for row in answer.json()["items"]]


async def hand_in(edge: Edge, on: str = "2022-07-20", authorization: str = DISTRICT_OFFICER, key: str = ""):
    return await edge.post(f"{ONE}/submit-report", {"on": on}, key=key, Authorization=authorization)


async def test_a_report_is_scheduled_and_stands_in_the_due_list(edge):
    answer = await edge.post(PATH, UPGRADES)
    assert answer.status_code == 201
    assert answer.headers["Location"] == ONE
    assert answer.json()["events"] == ["chumchon.reporting.ObligationScheduled.v1"]
    assert (await edge.post(PATH, UPGRADES)).json()["events"] == []
    problem(await edge.post(PATH, {**UPGRADES, "due_on": None}), 409, "obligation-scheduled")
    await edge.tell()
    read = (await edge.client.get(ONE, params={"on": "2022-07-18"})).json()["duty"]
    assert (read["status"], read["due_on"], read["chain"]) == (
        "due-soon", "2022-07-31", "district>province>department",
    )  # fmt: skip
    assert read["printed"] == "003 L6025"


async def test_a_units_whole_year_is_scheduled_in_one_request_and_once(edge):
    path = "/v1/units/5101/obligations"
    first = (await edge.post(path, YEAR, key="year")).json()
    assert [row["scheduled"] for row in first["items"]] == [True] * len(DISTRICT)
    assert edge.names() == ["ObligationScheduled"] * len(DISTRICT)
    again = (await edge.post(path, YEAR, key="year")).json()
    assert again == {**first, "repeated": True}
    other_key = (await edge.post(path, YEAR)).json()
    assert [row["scheduled"] for row in other_key["items"]] == [False] * len(DISTRICT)
    assert edge.names() == ["ObligationScheduled"] * len(DISTRICT)
    problem(await edge.post(path, {**YEAR, "on": "2021-10-02"}, key="year"), 422, "idempotency-key-reused")


async def test_a_year_that_was_scheduled_in_part_is_completed(edge):
    await edge.post(PATH, UPGRADES)
    answer = (await edge.post("/v1/units/5101/obligations", YEAR)).json()
    assert [row["report"] for row in answer["items"] if not row["scheduled"]] == ["duty-12-upgrade"]
    assert edge.names() == ["ObligationScheduled"] * len(DISTRICT)


async def test_who_receives_a_report_schedules_it(edge):
    for authorization, status, code in (
        ("", 401, "token-missing"),
        (bearer(Role.OFFICER), 403, "role-missing"),
        (bearer(Role.APPROVER, area="52"), 403, "receiving-level-needed"),
        (bearer(Role.APPROVER, area="5101"), 403, "receiving-level-needed"),
    ):
        problem(await edge.post(PATH, UPGRADES, Authorization=authorization), status, code)
        year = await edge.post("/v1/units/5101/obligations", YEAR, Authorization=authorization)
        problem(year, status, code)
    problem(await edge.post("/v1/units/51/obligations", YEAR), 403, "receiving-level-needed")
    assert (await edge.post("/v1/units/51/obligations", YEAR, Authorization=DEPARTMENT)).status_code == 200
    assert edge.names() == ["ObligationScheduled"] * len(owing(schedules(2565), "51", 2565).reports)


async def test_what_waits_is_counted_and_scheduled_once_it_has_happened(edge):
    path = "/v1/units/51/obligations"
    first = (await edge.post(path, YEAR, Authorization=DEPARTMENT)).json()
    left = {row["reason"]: row for row in first["left_out"]}
    assert "mf-1-1-bpm" in left["nothing-happened"]["reports"]
    assert left["nothing-happened"]["n"] == len(left["nothing-happened"]["reports"])
    assert left["no-receiver"]["th"]
    named = {row["report"]: row["name_th"] for row in left["nothing-happened"]["items"]}
    assert named.keys() == set(left["nothing-happened"]["reports"])
    assert named["mf-1-1-bpm"] == "ผลการดำเนินกิจกรรมในระบบ BPM พร้อมไฟล์ข้อมูลและรูปภาพ"
    ended = {"trigger": "activity-ended", "activity": "MF-1.1", "on": "1 ก.พ. 2565"}
    later = (await edge.post(path, {**YEAR, "happened": [ended]}, Authorization=DEPARTMENT)).json()
    assert [(row["report"], row["due_on"]) for row in later["items"] if row["scheduled"]] == [
        ("mf-1-1-bpm", "2022-02-08")
    ]


async def test_a_deadline_that_was_scheduled_stands_and_the_answer_says_both(edge):
    path = "/v1/units/51/obligations"
    await edge.post(path, YEAR, Authorization=DEPARTMENT)
    ended = {"trigger": "activity-ended", "activity": "DEBT-1", "on": "2022-02-01"}
    answer = await edge.post(path, {**YEAR, "happened": [ended]}, Authorization=DEPARTMENT)
    (row,) = [row for row in answer.json()["items"] if row["report"] == "debt-1-bpm"]
    assert (row["due_on"], row["planned_on"], row["scheduled"]) == ("2022-03-10", "2022-02-08", False)


async def test_a_year_without_a_catalogue_a_unit_without_an_office_and_unknown_events_are_said(edge):
    path = "/v1/units/{}/obligations"
    answer = await edge.post(path.format("5101"), {**YEAR, "fiscal_year": 2566})
    problem(answer, 422, "no-catalogue")
    assert answer.json()["years"] == [2565]
    problem(await edge.post(path.format("510101"), YEAR), 422, "no-office")
    happened = [{"trigger": "x", "activity": "NONE-1", "on": "2022-02-01"}]
    wrong = await edge.post(path.format("5101"), {**YEAR, "happened": happened})
    assert wrong_fields(wrong) == {
        (None, "happened.0.trigger", "unknown-trigger"), (None, "happened.0.activity", "unknown-activity"),
    }  # fmt: skip
    assert edge.names() == []


async def test_units_that_are_none_owe_nothing(edge):
    problem(await edge.post(PATH, {**UPGRADES, "area": "5109"}), 422, "unknown-area")
    problem(await edge.post(PATH, {**UPGRADES, "area": "5103"}), 422, "area-abolished")
    problem(await edge.post("/v1/units/5103/obligations", YEAR), 422, "area-abolished")
    wrong = {
        **UPGRADES,
        "report": "Ö",
        "area": "x",
        "fiscal_year": 2022,
        "chain": ["village", "district"],
        "on": in_the_future(),
    }
    assert wrong_fields(await edge.post(PATH, {**wrong, "note": "x"})) == {
        (None, "report", "pattern"), (None, "area", "pattern"), (None, "fiscal_year", "fiscal-year"),
        (None, "chain.0", "choice"), (None, "chain", "too-few"), (None, "on", "date-in-the-future"),
        (None, "note", "unknown-field"),
    }  # fmt: skip


async def test_a_district_hands_in_what_the_board_showed_and_from_which_positions(edge):
    await edge.post(PATH, UPGRADES)
    edge.hear(*(joined(f"5101010{n}", date(2022, 7, 1), Cohort.NEW) for n in (1, 2)))
    edge.hear(joined("51010103", date(2022, 7, 30)), joined("51020101", date(2022, 7, 1)))
    edge.models["board"].positions["chumchon.members.events.v1"] = {0: 42, 7: 9}
    assert (await hand_in(edge)).status_code == 200
    [data] = [data for name, data in edge.events() if name == "ReportSubmitted"]
    assert (data["level"], data["submission"], data["on"]) == ("district", 1, "2022-07-20")
    assert (data["figures"]["members.tsm.current"], data["figures"]["members.tsm.new"]) == (2, 2)
    assert data["seen"] == {"chumchon.members.events.v1": {"0": 42, "7": 9}}
    assert data["submitter"] == "officer-5101"
    await edge.tell()
    answer = (await edge.client.get(ONE, params={"on": "2022-07-20"})).json()
    assert answer["submissions"][0]["figures"] == data["figures"]
    assert answer["submissions"][0]["seen"] == data["seen"]
    assert "officer-5101" not in str(answer)


async def test_reports_are_scheduled_and_handed_in_by_file_with_the_figures_of_the_moment(edge):
    head = "รหัสรายงาน,หน่วยงาน (รหัสจังหวัดหรืออำเภอ),ปีงบประมาณ"
    rows = f"{head},ต้องส่งตั้งแต่วันที่,กำหนดส่ง (ว่างคือไม่ระบุวัน),ลำดับการส่ง\n" + "".join(
        f'duty-12-upgrade,{unit},2565,1 ต.ค. 2564,{due},"{chain}"\n'
        for unit, due, chain in (
            ("5101", "31 ก.ค. 2565", "สำนักงานพัฒนาชุมชนอำเภอ, สำนักงานพัฒนาชุมชนจังหวัด, department"),
            ("5102", "", "the district office;province"),
        )
    )
    assert counted(await ran(edge, imports, "schedule-report", rows, Authorization=PROVINCE)) == (
        "completed", 2, 2, 0, 0,
    )  # fmt: skip
    assert [data["due_on"] for _, data in edge.events() if "due_on" in data] == ["2022-07-31", None]
    edge.hear(joined("51010101", date(2022, 7, 1)))
    handed = f"{head},วันที่ส่ง\nduty-12-upgrade,5101,2565,20/7/2565\nduty-12-debt-1,5101,2565,20/7/2565\n"
    told = await ran(edge, imports, "submit-report", handed, Authorization=PROVINCE)
    assert counted(told) == ("completed", 2, 1, 0, 1)
    assert [(error["row"], error["code"]) for error in told["errors"]] == [(3, "obligation-not-found")]
    [data] = [data for name, data in edge.events() if name == "ReportSubmitted"]
    assert (data["figures"]["members.tsm.current"], data["submitter"]) == (1, "approver-51")


async def test_a_repeated_key_hands_in_once_though_the_board_has_moved(edge):
    await edge.post(PATH, UPGRADES)
    first = await hand_in(edge, key="k")
    edge.hear(joined("51010101", date(2022, 7, 1)))
    edge.models["board"].positions["chumchon.members.events.v1"] = {0: 1}
    assert (await hand_in(edge, key="k")).json() == {**first.json(), "repeated": True}
    problem(await hand_in(edge, key="k", on="2022-07-21"), 422, "idempotency-key-reused")
    problem(await hand_in(edge), 409, "report-with-the-receiver")
    assert edge.names().count("ReportSubmitted") == 1


async def test_only_the_district_or_who_is_over_it_hands_in(edge):
    await edge.post(PATH, UPGRADES)
    problem(await hand_in(edge, authorization=bearer(Role.OFFICER, area="5102")), 403, "outside-your-area")
    problem(await hand_in(edge, authorization=bearer(Role.APPROVER, area="51")), 403, "role-missing")
    problem(await hand_in(edge, on=in_the_future()), 422, "invalid")
    assert edge.names() == ["ObligationScheduled"]


async def test_a_second_person_of_the_province_accepts(edge):
    await edge.post(PATH, UPGRADES)
    await hand_in(edge, authorization=PROVINCE)
    body = {"on": "2022-07-25"}
    problem(await edge.post(f"{ONE}/accept-report", body), 403, "second-person-needed")
    problem(
        await edge.post(f"{ONE}/accept-report", body, Authorization=bearer(Role.APPROVER, area="5101")),
        403,
        "receiving-level-needed",
    )
    problem(
        await edge.post(f"{ONE}/accept-report", body, Authorization=DISTRICT_OFFICER), 403, "role-missing"
    )
    accepted = await edge.post(f"{ONE}/accept-report", body, key="a", Authorization=DEPARTMENT)
    assert accepted.json()["events"] == ["chumchon.reporting.ReportAccepted.v1"]
    again = await edge.post(f"{ONE}/accept-report", body, key="a", Authorization=DEPARTMENT)
    assert again.json() == {**accepted.json(), "repeated": True}


async def test_a_report_goes_up_to_the_department_and_is_accepted_there(edge):
    await edge.post(PATH, UPGRADES)
    await hand_in(edge)
    await edge.post(f"{ONE}/accept-report", {"on": "2022-07-25"})
    assert await due(edge, "2022-07-26") == [("duty-12-upgrade", "submitted")]
    assert (await hand_in(edge, "2022-07-27", DISTRICT_OFFICER)).json()["code"] == "handing-level-needed"
    await hand_in(edge, "2022-07-27", PROVINCE)
    problem(await edge.post(f"{ONE}/accept-report", {"on": "2022-07-28"}), 403, "receiving-level-needed")
    await edge.post(f"{ONE}/accept-report", {"on": "2022-07-28"}, Authorization=DEPARTMENT)
    assert await due(edge, "2022-07-28") == [("duty-12-upgrade", "accepted")]
    assert await due(edge, "2022-07-27") == [("duty-12-upgrade", "submitted")]
    problem(await hand_in(edge, "2022-07-29", DEPARTMENT), 409, "report-accepted")


async def test_what_was_given_back_is_owed_again(edge):
    await edge.post(PATH, UPGRADES)
    await hand_in(edge)
    back = {"on": "2022-07-25", "reason": "incomplete"}
    assert (await edge.post(f"{ONE}/return-report", back)).json()["events"] == [
        "chumchon.reporting.ReportReturned.v1"
    ]
    assert await due(edge, "2022-07-20") == [("duty-12-upgrade", "submitted")]
    assert await due(edge, "2022-08-01") == [("duty-12-upgrade", "late")]
    await hand_in(edge, "2022-08-02")
    assert await due(edge, "2022-08-02") == [("duty-12-upgrade", "submitted-late")]
    wrong = await edge.post(f"{ONE}/return-report", {**back, "reason": "พบนายสมชาย"})
    assert wrong_fields(wrong) == {(None, "reason", "choice")}


async def test_a_moved_deadline_makes_nothing_late_before_it_was_moved(edge):
    await edge.post(PATH, UPGRADES)
    move = {"due_on": "2022-08-31", "reason": "disaster", "on": "2022-08-05"}
    problem(
        await edge.post(f"{ONE}/move-deadline", move, Authorization=bearer(Role.APPROVER, area="5101")),
        403,
        "receiving-level-needed",
    )
    assert (await edge.post(f"{ONE}/move-deadline", move)).json()["events"] == [
        "chumchon.reporting.DeadlineMoved.v1"
    ]
    assert await due(edge, "2022-08-04") == [("duty-12-upgrade", "late")]
    assert await due(edge, "2022-08-05") == [("duty-12-upgrade", "open")]
    assert await due(edge, "2022-09-01") == [("duty-12-upgrade", "late")]


async def test_a_deadline_outside_the_fiscal_year_is_asked_about(edge):
    problem(await edge.post(PATH, {**UPGRADES, "due_on": "31 ก.ค. 2566"}), 422, "deadline-outside-the-year")
    problem(await edge.post(PATH, {**UPGRADES, "due_on": "2021-09-30"}), 422, "deadline-outside-the-year")
    assert edge.names() == []
    meant = {**UPGRADES, "due_on": "2022-10-15", "outside_year": True}
    assert (await edge.post(PATH, meant)).status_code == 201
    assert edge.events()[0][1]["due_on"] == "2022-10-15"
    move = {"due_on": "2022-11-15", "reason": "announced", "on": "2022-08-05"}
    problem(await edge.post(f"{ONE}/move-deadline", move), 422, "deadline-outside-the-year")
    assert (await edge.post(f"{ONE}/move-deadline", {**move, "outside_year": True})).status_code == 200
    assert (await edge.post(f"{ONE}/move-deadline", {**move, "due_on": "2022-09-30"})).status_code == 200


async def test_the_answer_says_by_which_deadline_a_report_is_judged_and_which_is_valid_now(edge):
    await edge.post(PATH, UPGRADES)
    await hand_in(edge, on="2022-07-20")
    move = {"due_on": "2022-07-10", "reason": "corrected", "on": "2022-07-05"}
    assert (await edge.post(f"{ONE}/move-deadline", move)).status_code == 200
    await edge.tell()
    read = (await edge.client.get(ONE, params={"on": "2022-08-01"})).json()["duty"]
    assert (read["status"], read["on_time"]) == ("submitted", True)
    assert (read["judged_by"], read["due_on"], read["first_due"]) == (
        "2022-07-31",
        "2022-07-10",
        "2022-07-31",
    )


async def test_the_list_says_who_does_it_and_what_its_day_rests_on(edge):
    await edge.post("/v1/units/5101/obligations", YEAR)
    other = {**UPGRADES, "report": "kkj-debt"}
    await edge.post(PATH, other)
    move = {"due_on": "2022-08-31", "reason": "disaster", "on": "2022-08-05"}
    await edge.post(f"{ONE}/move-deadline", move)
    await edge.tell()
    rows = {
        row["report"]: row
        for row in (await edge.client.get(PATH, params={"area": "5101", "on": "2022-08-10"})).json()["items"]
    }
    assert {key: rows[key]["basis"] for key in ("duty-12-debt-1", "duty-14-grading", "duty-12-upgrade", "kkj-debt")} == {
        "duty-12-debt-1": "month-end", "duty-14-grading": "printed", "duty-12-upgrade": "set", "kkj-debt": "set",
    }  # fmt: skip
    assert rows["occ-1-summary"]["basis"] is None
    assert (rows["duty-12-debt-1"]["who_th"], rows["duty-12-debt-1"]["who_en"]) == (
        "พัฒนากร", "community development worker",
    )  # fmt: skip
    assert rows["kkj-debt"]["name_th"] == "รายงานนอกแผนของปี รหัส kkj-debt"


async def test_a_due_list_is_filtered_paged_and_a_table(edge):
    for unit in ("5101", "5102"):
        await edge.post(f"/v1/units/{unit}/obligations", YEAR)
    await edge.tell()
    read = edge.client.get
    late = await read(PATH, params={"area": "51", "on": "2022-08-01", "status": "late", "limit": 3})
    rows = late.json()["items"]
    while (following := late.json()["next"]) is not None:
        late = await read(PATH + following)
        rows += late.json()["items"]
    assert [(row["due_on"], row["area"]) for row in rows] == sorted(
        (one.due_on.isoformat(), area)
        for one in DISTRICT
        for area in ("5101", "5102")
        if one.due_on and one.due_on < date(2022, 8, 1)
    )
    table = await read(PATH, params={"area": "5101", "on": "2022-08-01", "format": "csv"})
    assert table.text.splitlines()[0].startswith(
        "id,area,report,name_th,name_en,fiscal_year,period,due_on,status"
    )
    assert len(table.text.splitlines()) == 1 + len(DISTRICT)
    assert (await read(PATH, params={"area": "51", "fiscal_year": 2566})).json()["items"] == []
    assert (await read(PATH, params={"area": "51", "on": "2021-09-30"})).json()["items"] == []


async def test_counts_by_area_add_up(edge):
    await edge.post("/v1/units/51/obligations", YEAR, Authorization=DEPARTMENT)
    for unit in ("5101", "5102"):
        await edge.post(f"/v1/units/{unit}/obligations", YEAR)
    await edge.tell()
    answer = (await edge.client.get("/v1/timeliness", params={"area": "51", "on": "2022-08-01"})).json()
    province = owing(schedules(2565), "51", 2565).reports
    late, of_district = (
        sum(one.due_on is not None and one.due_on < date(2022, 8, 1) for one in each)
        for each in (province, DISTRICT)
    )
    assert answer["total"] == len(province) + 2 * len(DISTRICT)
    assert [(row["code"], row["total"], row["parts"]["late"]) for row in answer["items"]] == [
        ("51", len(province), late), ("5101", len(DISTRICT), of_district), ("5102", len(DISTRICT), of_district),
    ]  # fmt: skip
    for status, n in answer["parts"].items():
        assert n == sum(row["parts"][status] for row in answer["items"])


async def test_what_is_not_owed_is_404(edge):
    problem(await edge.client.get(ONE), 404, "obligation-not-found")
    for step, body in (
        ("submit-report", {"on": "2022-07-01"}),
        ("accept-report", {"on": "2022-07-01"}),
        ("return-report", {"on": "2022-07-01", "reason": "incorrect"}),
        ("move-deadline", {"on": "2022-07-01", "due_on": None, "reason": "corrected"}),
    ):
        problem(await edge.post(f"{ONE}/{step}", body), 404, "obligation-not-found")
    await edge.post(PATH, UPGRADES)
    await edge.tell()
    problem(await edge.client.get(ONE, params={"on": "2021-09-30"}), 404, "obligation-not-found")
    assert wrong_fields(await edge.client.get(f"{PATH}/fund:1")) == {(None, "obligation_id", "pattern")}
