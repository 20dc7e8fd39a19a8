"""Memberships over HTTP: from the application to leaving, and the register by area."""

from __future__ import annotations

import pytest

from contracts.ids import stream_id
from services.chassis.access import Role
from tests.answered import in_the_future, problem, version, wrong_fields
from tests.edge import bearer, logged
from tests.lamphun_edge import (
    ABOLISHED,
    CARD,
    ELSEWHERE,
    OTHER_VILLAGE,
    REASON,
    UNKNOWN,
    VILLAGE,
    assert_untold,
    members,
    person_of,
)

APPROVER = {"Authorization": bearer(Role.APPROVER)}
ELSE = {"Authorization": bearer(Role.OFFICER, area="52")}


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


async def person(edge, n: int = 1) -> str:
    return str((await edge.post("/v1/persons", person_of(n))).json()["id"])


async def application(edge, n: int = 1, **changed):
    body = {"person_id": await person(edge, n), "area": VILLAGE, "on": "๑ ต.ค. ๒๕๖๔", **changed}
    return await edge.post("/v1/memberships", body)


async def applied(edge, n: int = 1) -> str:
    answer = await application(edge, n)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


async def registered(edge, n: int = 1) -> str:
    path = await applied(edge, n)
    assert (await edge.post(f"{path}/register", {"on": "2021-10-15"})).status_code == 200
    return path


async def test_a_membership_goes_its_way_and_can_be_read(edge):
    path = await applied(edge)
    for step, body in (
        ("register", {"on": "15/10/2564", "cohort": "old"}),
        ("issue-card", {"on": "2021-10-20", "card_number": CARD}),
        ("confirm-current", {"on": "2021-11-01"}),
        ("leave", {"on": "2021-11-26", "reason": REASON}),
    ):
        answer = await edge.post(f"{path}/{step}", body)
        assert answer.status_code == 200, answer.text
    read = await edge.client.get(path)
    shown = read.json()
    assert (shown["status"], shown["cohort"], shown["since"], shown["carded"]) == (
        "left",
        "old",
        "2021-11-26",
        True,
    )
    assert version(read) == str(shown["version"]) == version(answer)
    assert edge.names()[-5:] == [
        "MembershipApplied", "MembershipRegistered", "MemberCardIssued", "MembershipConfirmedCurrent",
        "MembershipLeft",
    ]  # fmt: skip
    assert_untold(read.text, 1)


async def test_the_register_by_area_has_pages_a_status_and_nothing_personal(edge):
    for n in range(5):
        await registered(edge, n)
    await applied(edge, 9)
    await edge.tell()
    seen, address = [], "/v1/memberships?area=๕๑๐๑&stage=registered&limit=2"
    while address:
        page = await edge.client.get(address)
        assert_untold(page.text, *range(6))
        seen += [item["id"] for item in page.json()["items"]]
        following = page.json()["next"]
        address = following and f"/v1/memberships{following}"
    assert len(seen) == len(set(seen)) == 5
    assert len((await edge.client.get("/v1/memberships?area=51")).json()["items"]) == 6
    empty = (await edge.client.get("/v1/memberships?area=5102")).json()
    assert (empty["items"], empty["next"]) == ([], None)


async def test_the_register_of_another_area_is_nobodys_business(edge):
    for query in ("", "?area=", "?area=52", "?area=5"):
        answer = await edge.client.get(f"/v1/memberships{query}")
        assert answer.status_code in (403, 422)
    path = await registered(edge)
    problem(await edge.client.get(path, headers=ELSE), 403, "outside-your-area")
    problem(await edge.client.get(path, headers=APPROVER), 403, "role-missing")
    problem(await edge.client.get(path, headers={"Authorization": ""}), 401, "token-missing")
    assert (await edge.client.get(path, headers={"Authorization": bearer(Role.AUDITOR)})).status_code == 200


async def test_a_person_who_comes_again_has_no_cohort_of_before(edge):
    path = await registered(edge)
    await edge.post(f"{path}/leave", {"on": "2021-11-26"})
    body = {
        "person_id": (await edge.client.get(path)).json()["person_id"],
        "area": OTHER_VILLAGE,
        "on": "2022-01-05",
    }
    assert (await edge.post("/v1/memberships", body)).status_code == 201
    await edge.tell()
    [row] = (await edge.client.get("/v1/memberships?area=51")).json()["items"]
    assert (row["stage"], row["cohort"], row["area"]) == ("applied", None, OTHER_VILLAGE)
    assert row["dates"] == {"MembershipApplied": "2022-01-05"}


async def test_unknown_abolished_and_foreign_areas_have_no_members(edge):
    problem(await application(edge, 1, area=UNKNOWN), 422, "unknown-area")
    problem(await application(edge, 2, area=ABOLISHED), 422, "area-abolished")
    problem(await application(edge, 3, area=ELSEWHERE), 403, "outside-your-area")
    answer = await application(edge, 4, area=ABOLISHED, on="2021-09-30")
    assert answer.status_code == 201


async def test_a_person_who_is_not_known_or_forgotten_cannot_apply(edge):
    body = {"person_id": stream_id("person", "nobody"), "area": VILLAGE, "on": "2021-10-01"}
    problem(await edge.post("/v1/memberships", body), 404, "person-not-found")
    known = await person(edge)
    await edge.post(f"/v1/persons/{known}/forget-person", **APPROVER)
    problem(await edge.post("/v1/memberships", {**body, "person_id": known}), 409, "person-forgotten")


async def test_nothing_is_sealed_for_a_person_who_was_forgotten(edge):
    path = await registered(edge)
    known = (await edge.client.get(path)).json()["person_id"]
    await edge.post(f"/v1/persons/{known}/forget-person", **APPROVER)
    problem(
        await edge.post(f"{path}/issue-card", {"on": "2021-12-01", "card_number": CARD}),
        409,
        "person-forgotten",
    )
    problem(await edge.post(f"{path}/leave", {"on": "2021-12-01", "reason": REASON}), 409, "person-forgotten")
    problem(
        await edge.post(f"{path}/issue-card", {"on": "2021-12-01", "card_number": "1"}, **ELSE),
        403,
        "outside-your-area",
    )
    assert (await edge.post(f"{path}/leave", {"on": "2021-12-01"})).status_code == 200
    assert known not in edge.keys


async def test_steps_out_of_order_are_refused_with_their_reason(edge):
    path = await applied(edge)
    nobody = f"/v1/memberships/{stream_id('membership', 'nobody')}"
    for answer, status, code in (
        (
            await edge.post(f"{path}/issue-card", {"on": "2021-10-20", "card_number": CARD}),
            409,
            "not-a-member",
        ),
        (await edge.post(f"{path}/leave", {"on": "2021-10-20", "reason": REASON}), 409, "not-a-member"),
        (await edge.post(f"{path}/register", {"on": "2021-09-30"}), 422, "before-previous-step"),
        (await edge.post(f"{nobody}/register", {"on": "2021-10-20"}), 404, "membership-not-found"),
        (
            await edge.post(f"{nobody}/leave", {"on": "2021-10-20", "reason": REASON}),
            404,
            "membership-not-found",
        ),
        (await edge.client.get(nobody), 404, "membership-not-found"),
    ):
        problem(answer, status, code)
        assert_untold(answer.text, 1)


async def test_who_acts_on_a_membership_of_another_area_learns_nothing_of_it(edge):
    path = await applied(edge)
    before = len(edge.store.documents)
    for step, body in (
        ("register", {"on": "2021-10-15"}),
        ("issue-card", {"on": "2021-10-20", "card_number": CARD}),
        ("confirm-current", {"on": "2021-11-01"}),
        ("leave", {"on": "2021-11-26", "reason": REASON}),
    ):
        told = problem(await edge.post(f"{path}/{step}", body, **ELSE), 403, "outside-your-area")
        assert "51" not in told["detail_en"]
        wrong = await edge.post(f"{path}/{step}", body, Authorization=bearer(Role.AUDITOR))
        problem(wrong, 403, "role-missing")
    assert len(edge.store.documents) == before


async def test_ids_of_another_kind_are_clear_mistakes(edge):
    known = await person(edge)
    body = {"person_id": known, "area": VILLAGE, "on": "2021-10-01"}
    for wrong in (known, stream_id("fund", 1), "membership:1", "x"):
        for answer in (
            await edge.client.get(f"/v1/memberships/{wrong}"),
            await edge.post(f"/v1/memberships/{wrong}/register", {"on": "2021-10-15"}),
        ):
            assert wrong_fields(answer) == {(None, "membership_id", "pattern")}
    for other in (stream_id("membership", "tsm", "x"), "1", None):
        answer = await edge.post("/v1/memberships", {**body, "person_id": other})
        assert {found[1] for found in wrong_fields(answer)} == {"person_id"}


async def test_wrong_fields_are_named_and_a_slip_of_the_pen_does_not_pass(edge):
    path = await applied(edge)
    with logged() as lines:
        answers = [
            (
                await edge.post(f"{path}/register", {"on": "2021-10-15", "cohrt": "old"}),
                "cohrt",
                "unknown-field",
            ),
            (
                await edge.post(f"{path}/register", {"on": "2021-10-15", "cohort": "older"}),
                "cohort",
                "choice",
            ),
            (await edge.post(f"{path}/register", {"on": in_the_future()}), "on", "date-in-the-future"),
            (
                await edge.post(f"{path}/issue-card", {"on": "2021-10-20", "card_number": " "}),
                "card_number",
                "too-short",
            ),
            (
                await edge.post(f"{path}/issue-card", {"on": CARD, "card_number": CARD}),
                "on",
                "date-unreadable",
            ),
            (
                await edge.post(f"{path}/leave", {"on": "2021-10-20", "reason": REASON * 20}),
                "reason",
                "too-long",
            ),
        ]
    for answer, field, code in answers:
        assert wrong_fields(answer) == {(None, field, code)}
        assert_untold(answer.text, 1)
    assert_untold(lines(), 1)
    assert "MembershipRegistered" not in edge.names()


async def test_stale_etags_and_repeated_keys(edge):
    path = await registered(edge)
    problem(
        await edge.post(f"{path}/confirm-current", {"on": "2021-11-01"}, If_Match='"1"'), 412, "stale-version"
    )
    first = await edge.post(f"{path}/confirm-current", {"on": "2021-11-01"}, key="k", If_Match='"2"')
    again = await edge.post(f"{path}/confirm-current", {"on": "2021-11-01"}, key="k", If_Match='"2"')
    assert again.json() == {**first.json(), "repeated": True}
    problem(
        await edge.post(f"{path}/confirm-current", {"on": "2021-11-02"}, key="k"),
        422,
        "idempotency-key-reused",
    )
    assert edge.names().count("MembershipConfirmedCurrent") == 1
