"""The area register: provinces, districts, tambons and villages by code, one stream a province, history kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from pydantic import Field

from contracts.areas import AreaCode, level, parent, parents
from contracts.event import Event
from contracts.ids import stream_id
from contracts.members import AreaAbolished, AreaRegistered, AreaRenamed, AreaSplit
from services.chassis.decider import Aggregate, Command, Decision, Happened, Key, Refused


class AreaKey(Key):
    """พื้นที่ · An area"""

    code: AreaCode
    """รหัสพื้นที่ · area code"""

    @property
    def stream(self) -> str:
        """The register that holds it: one a province."""
        return register_stream(self.code)


class RegisterArea(AreaKey, Command):
    """ขึ้นทะเบียนพื้นที่หรือแก้ชื่อ · Register an area, or correct its names"""

    name_th: str = Field(min_length=1, max_length=120)
    """ชื่อไทย · Thai name"""
    name_en: str = Field(min_length=1, max_length=120)
    """ชื่ออังกฤษ · English name"""
    valid_from: date
    """ตั้งแต่วันที่ · since"""
    assumed: bool = False
    """เป็นข้อสมมุติ · assumed"""


class RegisterAreas(Command):
    """Many areas of one province at once. What is so already is left alone."""

    rows: tuple[RegisterArea, ...] = Field(min_length=1, max_length=400)


class SplitArea(AreaKey, Command):
    """แบ่งพื้นที่ · Split an area

    Part of it becomes new areas, which are registered first; the old one goes on with the rest.
    """

    into: tuple[AreaCode, ...] = Field(min_length=1, max_length=50)
    """พื้นที่ใหม่ · new areas"""
    on: Happened
    """ตั้งแต่วันที่ · since"""

    def mistakes(self) -> Iterator[Refused]:
        """A district gives districts."""
        if any(code == self.code or level(code) != level(self.code) for code in self.into):
            yield ACROSS_LEVELS


class AbolishArea(AreaKey, Command):
    """ยกเลิกพื้นที่ · Abolish an area

    It ends; its history stays.
    """

    successor: AreaCode | None = None
    """พื้นที่ที่รับช่วงต่อ (ถ้ามี) · area that what was there belongs to now, if any"""
    on: Happened
    """ตั้งแต่วันที่ · since"""


ACROSS_LEVELS = Refused(
    "split-across-levels", "พื้นที่ใหม่ต้องเป็นพื้นที่อื่นในระดับเดียวกับพื้นที่เดิม", "The new areas must be others, of the level of the old one.",
    kind="invalid", field="into",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """One area. `valid_to` is the day from which it is no more."""

    name_th: str
    name_en: str
    valid_from: date
    valid_to: date | None = None
    successor: str = ""
    split_into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaRegister:
    """The areas of one province by code."""

    areas: Mapping[str, Area] = field(default_factory=dict)

    def open_at(self, code: str, on: date) -> Refused | None:
        """Whether something can happen in this area on this day; the reason if it cannot."""
        if code not in self.areas:
            return unknown_area(code)
        for around in (*parents(code)[1:], code):  # what lies in an abolished area is no more either
            area = self.areas.get(around)
            if area is not None and area.valid_to is not None and on >= area.valid_to:
                return _abolished(around, area)
        return None


def _abolished(code: str, area: Area) -> Refused:
    return Refused(
        "area-abolished",
        f"พื้นที่ {code} ถูกยกเลิกแล้ว" + (f" ให้ใช้ {area.successor}" if area.successor else ""),
        f"Area {code} was abolished" + (f"; use {area.successor}." if area.successor else "."),
        kind="invalid",
    )


def unknown_area(code: str) -> Refused:
    """No area of this code is registered."""
    return Refused(
        "unknown-area", f"ไม่พบพื้นที่รหัส {code} ในทะเบียน", f"No area {code} is in the register.", kind="invalid"
    )


def register_stream(code: str) -> str:
    """The stream of the register that holds this area: one a province."""
    return stream_id("area-register", code[:2])


def decide(command: RegisterArea | RegisterAreas | SplitArea | AbolishArea, state: AreaRegister) -> Decision:
    """See each command."""
    match command:
        case RegisterArea():
            return _register((command,), state)
        case RegisterAreas():
            return _register(command.rows, state)
        case SplitArea():
            missing = [code for code in (command.code, *command.into) if code not in state.areas]
            if missing:
                return unknown_area(missing[0])
            if (closed := state.open_at(command.code, command.on)) is not None:
                return closed
            if (wrong := command.mistake()) is not None:
                return wrong
            if set(command.into) <= set(state.areas[command.code].split_into):
                return []
            return [AreaSplit(area=command.code, on=command.on, into=command.into)]
        case AbolishArea():
            area = state.areas.get(command.code)
            if area is None:
                return unknown_area(command.code)
            if area.valid_to is not None:
                same = area.valid_to == command.on and area.successor == (command.successor or "")
                return [] if same else state.open_at(command.code, date.max) or []
            if command.successor == command.code:
                return unknown_area(command.code)
            return [AreaAbolished(area=command.code, on=command.on, successor=command.successor or "")]
        case _:
            assert_never(command)


def _register(rows: Sequence[RegisterArea], state: AreaRegister) -> Decision:
    events: list[Event] = []
    for row in rows:
        known = state.areas.get(row.code)
        told = {"area": row.code, "on": row.valid_from, "name_th": row.name_th, "name_en": row.name_en}
        if known is None:
            if len(row.code) > 2 and parent(row.code) not in state.areas:
                return unknown_area(parent(row.code))
            event: AreaRegistered | AreaRenamed = AreaRegistered(**told, assumed=row.assumed)
        elif (known.name_th, known.name_en) != (row.name_th, row.name_en):
            event = AreaRenamed(**told, was_name_th=known.name_th, was_name_en=known.name_en)
        else:
            continue
        events.append(event)
        state = evolve(state, event)
    return events


def evolve(
    state: AreaRegister, event: AreaRegistered | AreaRenamed | AreaSplit | AreaAbolished
) -> AreaRegister:
    """The register after the event."""
    match event:
        case AreaRegistered():
            area = Area(event.name_th, event.name_en, event.on)
        case AreaRenamed():
            area = replace(state.areas[event.area], name_th=event.name_th, name_en=event.name_en)
        case AreaSplit():
            known = state.areas[event.area]
            area = replace(known, split_into=(*known.split_into, *event.into))
        case AreaAbolished():
            area = replace(state.areas[event.area], valid_to=event.on, successor=event.successor)
        case _:
            assert_never(event)
    return AreaRegister({**state.areas, event.area: area})


AREA_REGISTER = Aggregate(
    name="area-register",
    initial=AreaRegister(),
    decide=decide,
    evolve=evolve,
    events=frozenset({AreaRegistered, AreaRenamed, AreaSplit, AreaAbolished}),
    commands=frozenset({RegisterArea, RegisterAreas, SplitArea, AbolishArea}),
    area=lambda _: None,  # a province's register is its districts' too: what an event says of counts
)
