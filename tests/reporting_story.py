"""What the board's specs and browser tests tell it: events as the bus would bring them, and Lamphun as seed 000 has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, cast
from zlib import crc32

from fastapi import FastAPI

from contracts.areas import AreaLevel
from contracts.envelope import GENESIS, envelopes
from contracts.event import Event
from contracts.fund_levels import SCALES
from contracts.funds import FundEstablished, FundKind, FundLevel, FundLevelAssessed
from contracts.ids import stream_id
from contracts.members import (
    AreaRegistered,
    Cohort,
    GrowthTargetSet,
    MemberCardIssued,
    MembershipLeft,
    MembershipRegistered,
    Network,
)
from contracts.otop import (
    AppealDismissed,
    AppealFiled,
    AppealUpheld,
    ApplicationChannel,
    ApplicationReturned,
    DistrictAgreed,
    DistrictNotAgreed,
    DistrictOpinion,
    ProducerApplied,
    ProducerCategory,
    ProducerCertified,
    RegistrationRefused,
    RegistrationRevoked,
)
from contracts.reporting import ObligationScheduled, ReportSubmitted
from contracts.topics import PARTITIONS, topic_of
from services.chassis.access import Access
from services.chassis.http import create_app
from services.chassis.known_areas import KnownAreas
from services.chassis.pages import pages_of
from services.chassis.projection import Record
from services.chassis.read_models import InMemoryReadModels
from services.chassis.service import Built, Parts
from services.chassis.thai import read_date
from services.cli.areas import area_rows
from services.cli.lamphun import (
    AS_OF,
    FISCAL_YEAR,
    GROWTH_PERCENT,
    MEMBERS,
    PROVINCE,
    TARGET,
    lamphun_rows,
    village_rows,
)
from services.reporting.api import routes
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.domain.obligation import obligation_stream
from services.reporting.live import Live
from services.reporting.plan.owing import owing
from services.reporting.plan.promised import schedules
from services.reporting.views import BOARD, DUTIES

LONG_AGO = date(1900, 1, 1)
TOLD_AT = datetime(2021, 11, 26, 8, 0, tzinfo=UTC)


@dataclass
class Told:
    """Read models that were told events, as the projection's consumer tells them: one stream, one partition."""

    models: InMemoryReadModels = field(default_factory=InMemoryReadModels)
    owed: InMemoryReadModels = field(default_factory=InMemoryReadModels)
    at: datetime = TOLD_AT
    position: int = 0
    versions: Counter[str] = field(default_factory=Counter)
    """How many commits each stream has."""

    def tell(self, *events: Event, stream: str = "") -> Told:
        """Tell events, each from its own stream unless `stream` says another."""
        for event in events:
            self._tell(event, stream or stream_id("thing", self.position))
        return self

    def _tell(self, event: Event, stream: str) -> None:
        self.position += 1
        self.versions[stream] += 1
        self.at += timedelta(milliseconds=1)
        [envelope] = envelopes(
            subject=stream,
            version=self.versions[stream],
            previoushash=GENESIS,
            recorded_at=self.at,
            actor="someone",
            correlationid="c",
            causationid="",
            traceparent="",
            events=[(event, GENESIS)],
        )
        topic, partition = topic_of(event.service), crc32(stream.encode()) % PARTITIONS
        for projection, models in ((BOARD, self.models), (DUTIES, self.owed)):
            if topic in projection.topics:
                models.apply(projection.changes(Record(envelope, event, topic, partition)))
                models.positions.setdefault(topic, {})[partition] = self.position
                models.newest = self.at


def app_of(told: Told, boards: Boards, live: Live, clock: Clock) -> FastAPI:
    """The service's app on what was told; its queries work, its commands have nobody to run them."""
    nobody = cast("Any", object())
    table = routes(told.models, told.owed, boards, live, clock)
    parts = {Parts: nobody, KnownAreas: nobody}
    return create_app(
        "reporting", table, access=Access("http://issuer", "chumchon"), handler=nobody, parts=parts,
        pages=pages_of(Built(table), {}),
    )  # fmt: skip


def area(code: str, name: str = "", on: date = LONG_AGO, *, assumed: bool = False) -> AreaRegistered:
    """An area of the register."""
    return AreaRegistered(area=code, on=on, name_th=name or f"ท{code}", name_en=f"E{code}", assumed=assumed)


def joined(
    code: str, on: date = AS_OF, cohort: Cohort = Cohort.OLD, *, generated: bool = False, n: int = 0
) -> Event:
    """One member more."""
    return MembershipRegistered(
        area=code,
        on=on,
        membership_id=stream_id("membership", code, n),
        person_id=stream_id("person", code, n),
        network=Network.TSM,
        cohort=cohort,
        generated=generated,
    )


def left(code: str, on: date, cohort: Cohort = Cohort.OLD, n: int = 0) -> Event:
    """One member fewer."""
    return MembershipLeft(
        area=code,
        on=on,
        membership_id=stream_id("membership", code, n),
        person_id=stream_id("person", code, n),
        network=Network.TSM,
        cohort=cohort,
    )


def target(
    code: str, *, on: date = AS_OF, base: int = MEMBERS, percent: int = 5, year: int = FISCAL_YEAR
) -> GrowthTargetSet:
    """A growth target on a base of the day that it was set."""
    return GrowthTargetSet(
        area=code,
        on=on,
        network=Network.TSM,
        fiscal_year=year,
        base_value=base,
        base_date=on,
        percent=percent,
        target=-(-base * (100 + percent) // 100),
    )


def fund(code: str, kind: FundKind = FundKind.POVERTY, on: date = AS_OF, n: int = 1) -> FundEstablished:
    """One fund more."""
    return FundEstablished(
        area=code, on=on, fund_id=stream_id("fund", code, kind, n), kind=kind, number=n, name_th="กองทุน"
    )


def producer(
    code: str, category: ProducerCategory = ProducerCategory.GROUP, on: date = AS_OF, n: int = 1
) -> ProducerApplied:
    """One producer more."""
    return ProducerApplied(
        area=code,
        on=on,
        producer_id=stream_id("producer", code, category, n),
        category=category,
        channel=ApplicationChannel.OFFICE,
    )


def assessed(
    code: str,
    level: FundLevel,
    was: FundLevel | None = None,
    on: date = AS_OF,
    *,
    kind: FundKind = FundKind.POVERTY,
    year: int = FISCAL_YEAR,
    counts: bool | None = None,
    takes_back: bool = False,
) -> FundLevelAssessed:
    """A fund from a level to another; it counts as an upgrade where its scale says so."""
    return FundLevelAssessed(
        area=code,
        on=on,
        fund_id=stream_id("fund", code, kind, 1),
        kind=kind,
        fiscal_year=year,
        database_fiscal_year=year - 1,
        form_version="example",
        level=level,
        was_level=was,
        passed=(),
        failed=(),
        assessor="someone",
        counts_as_upgrade=SCALES[kind].counts(was, level) if counts is None else counts,
        takes_back_upgrade=takes_back,
        eligible=True,
        was_eligible=None,
        budgeted=False,
        upgraded_before=False,
    )


class Producing:
    """One producer's way through the registration, event by event; each knows where the one before left it."""

    def __init__(self, code: str, n: int = 1, category: ProducerCategory = ProducerCategory.GROUP) -> None:
        self.producer_id = stream_id("producer", code, category, n)
        self._said: dict[str, Any] = {"area": code, "producer_id": self.producer_id, "category": category}
        self.opinion = DistrictOpinion.NONE

    def applied(self, on: date = AS_OF) -> Event:
        """It applied."""
        return ProducerApplied(**self._said, on=on, channel=ApplicationChannel.OFFICE)

    def opined(self, on: date = AS_OF, *, agreed: bool = True) -> Event:
        """The district's committee said something."""
        was, self.opinion = self.opinion, DistrictOpinion.AGREED if agreed else DistrictOpinion.NOT_AGREED
        if agreed:
            return DistrictAgreed(**self._said, on=on, recorder="someone", was=was)
        return DistrictNotAgreed(**self._said, on=on, reasons=("x",), recorder="someone", was=was)

    def returned(self, on: date = AS_OF) -> Event:
        """It was incomplete, and what the district said is void."""
        was, self.opinion = self.opinion, DistrictOpinion.NONE
        return ApplicationReturned(**self._said, on=on, reasons=("x",), was=was)

    def certified(self, on: date = AS_OF, *, on_appeal: bool = False) -> Event:
        """The province certified it."""
        return ProducerCertified(
            **self._said, on=on, registration_number="1", announced_on=on, district=self.opinion, on_appeal=on_appeal,
            fund_id=None,
        )  # fmt: skip

    def refused(self, on: date = AS_OF) -> Event:
        """The province refused it."""
        return RegistrationRefused(
            **self._said, on=on, reasons=("x",), letter="1", notified_on=on, district=self.opinion, decider="someone",
        )  # fmt: skip

    def appealed(self, on: date = AS_OF) -> Event:
        """It appealed."""
        return AppealFiled(**self._said, on=on, notified_on=on, last_day=on, recorder="someone")

    def upheld(self, on: date = AS_OF) -> list[Event]:
        """The Governor upheld it: two events of one decision."""
        return [AppealUpheld(**self._said, on=on), self.certified(on, on_appeal=True)]

    def dismissed(self, on: date = AS_OF) -> Event:
        """The Governor dismissed it."""
        return AppealDismissed(**self._said, on=on, reasons=("x",))

    def revoked(self, on: date = AS_OF) -> Event:
        """Its registration ended."""
        return RegistrationRevoked(
            **self._said, on=on, registration_number="1", order="1", reasons=("x",), fund_id=None
        )


def scheduled(code: str, year: int = FISCAL_YEAR, on: date = date(2021, 10, 1)) -> list[ObligationScheduled]:
    """All that a unit owes in a fiscal year: what FY2565's catalogue says, days and all, also for another one."""
    return [
        ObligationScheduled(
            area=code, on=on, obligation_id=obligation_stream(one.code, code, year, one.period),
            report=one.code, fiscal_year=year, period=one.period, due_on=one.due_on, chain=one.chain,
            source=one.source,
        )
        for one in owing(schedules(FISCAL_YEAR), code, FISCAL_YEAR).reports
    ]  # fmt: skip


def handed_in(obligation: ObligationScheduled, on: date, n: int = 1) -> ReportSubmitted:
    """Its unit handed it in."""
    return ReportSubmitted(
        area=obligation.area, on=on, obligation_id=obligation.obligation_id, level=obligation.chain[0], submission=n,
        figures={"members.tsm.current": n}, seen={"chumchon.members.events.v1": {0: n}}, newest=TOLD_AT,
        submitter="someone",
    )  # fmt: skip


def register(provinces: Iterable[str] = (PROVINCE,)) -> list[Event]:
    """The area register: every province, and the districts and tambons of some."""
    wanted = tuple(provinces)
    return [
        AreaRegistered(area=row.code, on=LONG_AGO, name_th=row.name_th, name_en=row.name_en)
        for row in area_rows()
        if row.level == AreaLevel.PROVINCE or row.code.startswith(wanted)
    ]


@cache
def _lamphun_events() -> tuple[Event, ...]:
    events: list[Event] = register()
    events += [area(row.code, row.name_th, assumed=True) for row in village_rows()]
    for n, row in enumerate(lamphun_rows()):
        registered = read_date(row.registered_on)
        events.append(joined(row.area, registered, Cohort(row.old_or_new), generated=True, n=n))
        if row.card_issued_on:
            events.append(
                MemberCardIssued(
                    area=row.area,
                    on=read_date(row.card_issued_on),
                    membership_id=stream_id("membership", row.area, n),
                    network=Network.TSM,
                )
            )
    growth = target(PROVINCE, percent=GROWTH_PERCENT)
    assert growth.target == TARGET
    villages = [row.code for row in village_rows()]
    funds = [fund(code, kind) for code in villages[::17] for kind in (FundKind.POVERTY, FundKind.SAVINGS)]
    producers = [producer(code, category) for code in villages[::31] for category in ProducerCategory]
    levels = [assessed(code, FundLevel.ONE) for code in villages[::34]]
    levels += [assessed(code, FundLevel.TWO, FundLevel.ONE, date(2021, 12, 20)) for code in villages[::102]]
    stages: list[Event] = []
    for n, code in enumerate(villages[::62]):
        one = Producing(code)
        stages += [one.opined(agreed=n % 4 != 3)]
        stages += [one.certified()] if n % 3 else [one.refused(), *([one.appealed()] if n % 2 else [])]
    return (*events, growth, *funds, *producers, *levels, *stages)


def lamphun() -> Told:
    """Lamphun as the demo loads it: the totals of seed 000, generated people, the target, funds, producers, reports."""
    told = Told().tell(*_lamphun_events())
    for code in (PROVINCE, *(f"{PROVINCE}{n:02}" for n in range(1, 9))):
        for obligation in scheduled(code):
            told.tell(obligation, stream=obligation.obligation_id)
            if obligation.report == "duty-12-debt-1" and code < "5105":
                told.tell(handed_in(obligation, date(2022, 2, 20)), stream=obligation.obligation_id)
    return told
