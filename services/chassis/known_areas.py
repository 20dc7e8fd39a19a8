"""A service's own view of the area register, learnt from the events of `members`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from contracts.members import AreaAbolished, AreaRegistered, AreaRenamed
from services.chassis.decider import Refused
from services.chassis.projection import Change, Projection, Record, facet
from services.chassis.read_models import ReadModels


def _registered(event: AreaRegistered, record: Record) -> Iterator[Change]:
    yield facet(
        record, "area", event.area, name_th=event.name_th, name_en=event.name_en, valid_to=None, successor=""
    )


def _renamed(event: AreaRenamed, record: Record) -> Iterator[Change]:
    yield facet(record, "area", event.area, name_th=event.name_th, name_en=event.name_en)


def _abolished(event: AreaAbolished, record: Record) -> Iterator[Change]:
    yield facet(record, "area", event.area, valid_to=event.on.isoformat(), successor=event.successor)


def known_areas(service: str) -> Projection:
    """The projection `<service>.areas`."""
    return Projection(
        f"{service}.areas", {AreaRegistered: _registered, AreaRenamed: _renamed, AreaAbolished: _abolished}
    )


async def area_refusal(areas: ReadModels, code: str, on: date) -> Refused | None:
    """Why nothing can happen in this area on this day, as far as this service has heard; None if it can."""
    async with areas.snapshot() as snapshot:
        found = await snapshot.facets("area", where={"subject": code})
    if not found:
        return Refused(
            "unknown-area",
            f"ไม่พบพื้นที่รหัส {code} ในทะเบียน",
            f"No area {code} is in the register.",
            kind="invalid",
        )
    valid_to = found[0].get("valid_to")
    if valid_to is not None and on >= date.fromisoformat(valid_to):
        return Refused(
            "area-abolished", f"พื้นที่ {code} ถูกยกเลิกแล้ว", f"Area {code} was abolished.", kind="invalid"
        )
    return None
