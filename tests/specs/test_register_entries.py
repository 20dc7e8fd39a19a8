"""One row of a member register over HTTP: the person and the membership in one request, once."""

from __future__ import annotations

import pytest

from services.chassis.access import Role
from services.chassis.commits import Written
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import bearer, bearer_of, logged
from tests.lamphun_edge import (
    ABOLISHED,
    ELSEWHERE,
    OTHER_VILLAGE,
    UNKNOWN,
    assert_untold,
    line_of,
    members,
    number_of,
    person_of,
)

PATH = "/v1/register-entries"


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


async def test_an_entry_makes_the_person_known_and_a_member_with_a_card(edge):
    before = len(edge.events())
    answer = await edge.post(PATH, line_of(1))
    assert answer.status_code == 201, answer.text
    assert edge.names()[before:] == [
        "PersonRegistered", "MembershipApplied", "MembershipRegistered", "MemberCardIssued",
    ]  # fmt: skip
    read = (await edge.client.get(answer.headers["Location"])).json()
    assert (read["status"], read["cohort"], read["since"]) == ("registered", "new", "2021-10-20")
    assert_untold(answer.text, 1)


async def test_entering_the_same_twice_changes_nothing(edge):
    await edge.post(PATH, line_of(1))
    before = len(edge.store.documents)
    again = await edge.post(PATH, line_of(1))
    assert (again.status_code, again.json()["events"], again.json()["repeated"]) == (201, [], False)
    assert len(edge.store.documents) == before


async def test_a_repeated_key_has_its_first_answer_even_if_the_person_was_known(edge):
    await edge.post("/v1/persons", person_of(1))
    first = await edge.post(PATH, line_of(1), key="k")
    again = await edge.post(PATH, line_of(1), key="k")
    assert again.json() == {**first.json(), "repeated": True}
    other = await edge.post(PATH, line_of(1, area=OTHER_VILLAGE), key="k")
    problem(other, 422, "idempotency-key-reused")
    assert_untold(other.text, 1)


async def test_an_entry_that_was_cut_in_the_middle_is_completed_with_the_same_key(edge):
    inserted = Written("inserted"), True
    edge.store.trouble += [inserted, *[(Written("unknown", "lost"), False)] * 3]
    answer = await edge.post(PATH, line_of(1), key="k")
    assert answer.status_code == 201
    assert edge.names().count("MembershipRegistered") == edge.names().count("PersonRegistered") == 1


async def test_a_member_of_another_village_is_not_moved(edge):
    await edge.post(PATH, line_of(1))
    problem(await edge.post(PATH, line_of(1, area=OTHER_VILLAGE)), 409, "member-already")


async def test_every_wrong_field_is_named_without_a_row_and_without_its_value(edge):
    body = line_of(
        1,
        citizen_id=number_of(1)[:-1],
        network="tsn",
        birth_date="2510/04/13",
        applied_on=in_the_future(),
        gender="f",
    )
    with logged() as lines:
        answer = await edge.post(PATH, body)
    assert wrong_fields(answer) == {
        (None, "citizen_id", "citizen-number-length"), (None, "network", "choice"),
        (None, "birth_date", "date-unreadable"), (None, "applied_on", "date-in-the-future"),
        (None, "gender", "unknown-field"),
    }  # fmt: skip
    for told in (answer.text, lines()):
        assert_untold(told, 1)
        assert number_of(1)[:-1] not in told
    assert "PersonRegistered" not in edge.names()


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"area": UNKNOWN}, "area", "unknown-area"),
        ({"area": ABOLISHED}, "area", "area-abolished"),
        ({"area": "510101"}, "area", "village-needed"),
        ({"applied_on": "2021-10-16"}, "registered_on", "before-applied"),
        ({"card_issued_on": "2021-10-14"}, "card_issued_on", "before-registered"),
        ({"card_no": ""}, "card_no", "card-incomplete"),
        ({"card_issued_on": None}, "card_no", "card-incomplete"),
    ],
)
async def test_what_does_not_fit_together_is_named(edge, changed, field, code):
    answer = await edge.post(PATH, line_of(1, **changed))
    assert wrong_fields(answer) == {(None, field, code)}
    assert_untold(answer.text, 1)
    assert "PersonRegistered" not in edge.names()


async def test_who_may_not_writes_nothing(edge):
    problem(await edge.post(PATH, line_of(1), Authorization=""), 401, "token-missing")
    problem(await edge.post(PATH, line_of(1), Authorization=bearer(Role.APPROVER)), 403, "role-missing")
    problem(await edge.post(PATH, line_of(1, area=ELSEWHERE)), 403, "outside-your-area")
    problem(await edge.post(PATH, line_of(1), Authorization=bearer_of(exp=1)), 401, "token-expired")
    assert "PersonRegistered" not in edge.names()
