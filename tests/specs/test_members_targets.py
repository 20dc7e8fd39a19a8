"""Growth targets over HTTP."""

from __future__ import annotations

import pytest

from contracts.members import Network
from services.chassis.access import Role
from services.members.domain.growth_target import target_stream
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import bearer
from tests.lamphun_edge import ABOLISHED, UNKNOWN, members

PATH = "/v1/growth-targets/tsm/51/2565"
BASE = {"base_value": 3348, "base_date": "๒๖ พฤศจิกายน ๒๕๖๔", "percent": 5}


@pytest.fixture
async def edge():
    async with members() as edge:
        edge.client.headers["Authorization"] = bearer(Role.APPROVER)
        yield edge


async def test_a_target_is_set_and_everybody_can_read_it(edge):
    answer = await edge.put(PATH, BASE)
    read = await edge.client.get(PATH, headers={"Authorization": ""})
    assert read.json() == {
        "id": target_stream(Network.TSM, "51", 2565), "network": "tsm", "area": "51", "fiscal_year": 2565, "version": 1, "target": 3516, "base_value": 3348,
        "base_date": "2021-11-26",
    }  # fmt: skip
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert (await edge.client.get("/v1/growth-targets/tsm/51/๒๕๖๕")).json()["target"] == 3516


async def test_the_same_target_twice_is_once_and_another_one_says_what_it_was(edge):
    await edge.put(PATH, BASE)
    assert (await edge.put(PATH, BASE)).json()["events"] == []
    await edge.put(PATH, {**BASE, "percent": 10}, If_Match='"1"')
    assert [data["was_target"] for name, data in edge.events() if name == "GrowthTargetSet"] == [None, 3516]
    problem(await edge.put(PATH, BASE, If_Match='"1"'), 412, "stale-version")


async def test_no_target_is_404_and_a_year_that_is_none_is_told_what_is_meant(edge):
    problem(await edge.client.get(PATH), 404, "no-target")
    for year in ("2022", "99999", "65", "2565.0", "-1"):
        for answer in (
            await edge.put(f"/v1/growth-targets/tsm/51/{year}", BASE),
            await edge.client.get(f"/v1/growth-targets/tsm/51/{year}"),
        ):
            assert wrong_fields(answer) == {(None, "fiscal_year", "fiscal-year")}
    assert "2565?" in (await edge.put("/v1/growth-targets/tsm/51/2022", BASE)).text


async def test_networks_areas_and_numbers_that_are_none_are_named(edge):
    assert wrong_fields(await edge.put("/v1/growth-targets/tsn/51/2565", BASE)) == {
        (None, "network", "choice")
    }
    assert wrong_fields(await edge.put("/v1/growth-targets/tsm/511/2565", BASE)) == {
        (None, "area", "pattern")
    }
    wrong = {"base_value": -1, "base_date": in_the_future(), "percent": 1001, "perecnt": 5}
    assert wrong_fields(await edge.put(PATH, wrong)) == {
        (None, "base_value", "too-small"), (None, "base_date", "date-in-the-future"), (None, "percent", "too-big"),
        (None, "perecnt", "unknown-field"),
    }  # fmt: skip


async def test_unknown_and_abolished_areas_have_no_target(edge):
    problem(await edge.put(f"/v1/growth-targets/tsm/{UNKNOWN}/2565", BASE), 422, "unknown-area")
    problem(await edge.put(f"/v1/growth-targets/tsm/{ABOLISHED}/2565", BASE), 422, "area-abolished")
    before = {**BASE, "base_date": "2021-09-30"}
    assert (await edge.put(f"/v1/growth-targets/tsm/{ABOLISHED}/2564", before)).status_code == 200


async def test_only_an_approver_of_the_area_sets_it(edge):
    problem(await edge.put(PATH, BASE, Authorization=bearer(Role.OFFICER)), 403, "role-missing")
    problem(
        await edge.put(PATH, BASE, Authorization=bearer(Role.APPROVER, area="5101")), 403, "outside-your-area"
    )
    await edge.put(PATH, BASE)
    other = {"Authorization": bearer(Role.APPROVER, area="52")}
    problem(await edge.put(PATH, {**BASE, "percent": 1}, **other), 403, "outside-your-area")
    assert edge.names().count("GrowthTargetSet") == 1
