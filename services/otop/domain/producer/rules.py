"""When a step of a producer is refused, and what one says that is more than its fields."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from contracts.calendar import Holidays, UnknownYear, working_days_after
from contracts.event import Event
from contracts.holidays import PUBLIC
from contracts.otop import (
    AppealFiled,
    AppealUpheld,
    ApplicationReturned,
    DistrictAgreed,
    DistrictNotAgreed,
    DistrictOpinion,
    ProducerCertified,
)
from services.chassis.decider import Decision, Refused
from services.chassis.lifecycle import TOO_EARLY, Say
from services.otop.domain.producer.commands import (
    FileAppeal,
    GiveDistrictOpinion,
    RefuseRegistration,
    ReturnApplication,
    UpholdAppeal,
)
from services.otop.domain.producer.state import Producer

APPEAL_WORKING_DAYS = 5
"""Counted from the day after the producer was told."""

LATE = Refused(
    "appeal-late",
    "พ้นกำหนดอุทธรณ์ ๕ วันทำการนับแต่วันที่ได้รับแจ้งผล",
    "The 5 working days for an appeal from the day of being notified are over.",
    rule="003 L6308",
)
NO_CALENDAR = Refused(
    "holidays-unknown",
    "ยังไม่มีปฏิทินวันหยุดราชการของปีนี้ในระบบ จึงนับวันทำการไม่ได้",
    "The public holidays of that year are not in the system, so working days cannot be counted.",
)


class _Announced(Protocol):
    @property
    def on(self) -> date: ...
    @property
    def announced_on(self) -> date: ...


def announced_first(command: _Announced, _: Producer) -> Refused | None:
    """5.1 before 5.2: พิจารณารับรองให้ขึ้นทะเบียน… ประกาศผล."""
    return TOO_EARLY if command.announced_on < command.on else None


def told_first(command: RefuseRegistration, _: Producer) -> Refused | None:
    """The letter comes after the decision."""
    return TOO_EARLY if command.notified_on < command.on else None


def last_day_of_appeal(notified_on: date, holidays: Holidays = PUBLIC) -> date:
    """The last day of the window. Raises UnknownYear."""
    return working_days_after(notified_on, APPEAL_WORKING_DAYS, holidays)


def file(command: FileAppeal, producer: Producer, say: Say) -> Decision:
    """003 L6308: อุทธรณ์ต่อผู้ว่าราชการจังหวัด ภายใน 5 วันทำการนับแต่วันที่ได้รับแจ้งผล. A year without known holidays is said to be
    one, never guessed."""
    assert producer.notified_on is not None, "refused without a letter"
    if command.on < producer.notified_on:
        return TOO_EARLY
    try:
        last_day = last_day_of_appeal(producer.notified_on)
    except UnknownYear:
        return NO_CALENDAR
    return LATE if command.on > last_day else [say(AppealFiled, last_day=last_day)]


def give_back(_: ReturnApplication, producer: Producer, say: Say) -> Decision:
    """With the district's opinion before."""
    return [say(ApplicationReturned, was=producer.district)]


def opine(command: GiveDistrictOpinion, producer: Producer, say: Say) -> Decision:
    """003 L6303 (4.3): พิจารณาให้ความเห็นชอบ; that it may not agree is derived."""
    return [say(DistrictAgreed if command.agreed else DistrictNotAgreed, was=producer.district)]


def uphold(_: UpholdAppeal, __: Producer, say: Say) -> Decision:
    """It is registered after all."""
    return [say(AppealUpheld), say(ProducerCertified, on_appeal=True)]


def agreed(_: Producer, __: DistrictAgreed) -> DistrictOpinion:
    """It did."""
    return DistrictOpinion.AGREED


def not_agreed(_: Producer, __: DistrictNotAgreed) -> DistrictOpinion:
    """It did not."""
    return DistrictOpinion.NOT_AGREED


def void(_: Producer, __: ApplicationReturned) -> DistrictOpinion:
    """What the district said of an incomplete request is void."""
    return DistrictOpinion.NONE


def as_before(producer: Producer, _: DistrictNotAgreed) -> tuple[str, ...]:
    """The district's reasons are not those of a decision."""
    return producer.reasons


def none(_: Producer, __: Event) -> tuple[str, ...]:
    """What was wrong is no more."""
    return ()
