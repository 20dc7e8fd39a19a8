"""The generated funds, producers and reports of Lamphun, as requests to the public API: the same ones every time.

No source prints who they are; every fund's name, every registration and letter says that it is an example. The dates
are of FY2565, the levels and decisions are ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from contracts.funds import FundKind
from contracts.ids import derived
from services.cli import lamphun
from services.funds.domain.fund import fund_stream
from services.otop.domain.producer import producer_stream
from services.reporting.domain.obligation import obligation_stream

FORM = "example-2565"
NAMES = {FundKind.POVERTY: "กองทุน กข.คจ.", FundKind.SAVINGS: "กลุ่มออมทรัพย์เพื่อการผลิต"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `who` is one of two people: what one entered the other decides. `settled` are refusals that mean: it
    is so already."""

    path: str
    body: dict[str, Any]
    who: Literal["district", "province"] = "district"
    settled: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The Idempotency-Key: the same request has the same, so that a second demo gets the first one's answers."""
        return f"example:{derived(self.path, json.dumps(self.body, sort_keys=True))}"


def funds() -> Iterator[Ask]:
    """21 กข.คจ. funds and 11 savings groups; two of three are assessed, some go from level 1 to 2, some records are
    reviewed and fewer verified."""
    for n, village in enumerate(lamphun.village_codes()[::20]):
        for kind in (FundKind.POVERTY, FundKind.SAVINGS)[: 1 + (n % 2 == 0)]:
            one = f"/funds/v1/funds/{fund_stream(kind, village, 1)}"
            name = f"{NAMES[kind]} (ตัวอย่าง)"
            yield Ask("/funds/v1/funds", {"kind": kind, "area": village, "name_th": name, "on": "2021-10-01"})
            if n % 3:
                yield Ask(f"{one}/assess-fund-level", _assessed("1" if n % 5 else "2", "2021-10-20"))
            if n % 3 == 1:
                yield Ask(f"{one}/assess-fund-level", _assessed("2" if n % 5 else "3", "2022-06-15"))
            if n % 4 == 0:
                yield Ask(f"{one}/review-fund-record", {"on": "2022-07-05"})
            if n % 8 == 0:
                yield Ask(f"{one}/verify-fund-record", {"on": "2022-08-10"}, "province")


def _assessed(level: str, on: str) -> dict[str, Any]:
    return {"level": level, "database_fiscal_year": 2564, "form_version": FORM, "on": on}


def producers() -> Iterator[Ask]:
    """11 producers: with the district, agreed or not, certified (groups with their fund), refused, appealing, revoked."""
    for n, village in enumerate(lamphun.village_codes()[::40]):
        ref, tambon = f"{n}/2565", village[:6]
        one = f"/otop/v1/producers/{producer_stream(tambon, ref)}"
        category = ("group", "single-owner", "sme")[n % 3]
        body = {"registration_ref": ref, "category": category, "channel": "office", "area": tambon}
        if category == "group" and n:
            body["fund_id"] = fund_stream(FundKind.POVERTY, village, 1)
        yield Ask("/otop/v1/producers", {**body, "on": "2021-10-01"}, settled=("producer-applied",))
        if n in (1, 2):
            continue
        agreed = n not in (4, 8)
        opinion = {"agreed": agreed, "reasons": [] if agreed else ["example-incomplete"]}
        yield Ask(f"{one}/give-district-opinion", {**opinion, "on": "2021-11-10"})
        if n in (0, 4, 5):
            continue
        if n in (7, 8):
            told = {"reasons": ["example-standard"], "letter": f"EXAMPLE-{n}", "notified_on": "2022-01-17"}
            yield Ask(f"{one}/refuse-registration", {**told, "on": "2022-01-14"}, "province")
            if n == 8:
                yield Ask(f"{one}/file-appeal", {"on": "2022-01-20"})
            continue
        number = {"registration_number": f"EXAMPLE-{n}", "announced_on": "2021-12-15"}
        yield Ask(f"{one}/certify-producer", {**number, "on": "2021-12-14"}, "province")
        if n == 10:
            order = {"order": "EXAMPLE-10", "reasons": ["example-not-a-producer"]}
            yield Ask(f"{one}/revoke-registration", {**order, "on": "2022-05-02"}, "province")


def obligations() -> Iterator[Ask]:
    """What the province and its eight districts owe in FY2565 by the catalogue, from its first day on."""
    year = {"fiscal_year": lamphun.FISCAL_YEAR, "on": "2021-10-01"}
    for unit in (lamphun.PROVINCE, *districts()):
        yield Ask(f"/reporting/v1/units/{unit}/obligations", year, "province")


def reports() -> Iterator[Ask]:
    """Five districts hand in the first debt report, the fifth late; the province accepts two. After the board has the
    rest: each report holds the board's figures of its day."""
    for n, district in enumerate(districts()[:5]):
        one = (
            f"/reporting/v1/obligations/{obligation_stream('duty-12-debt-1', district, lamphun.FISCAL_YEAR)}"
        )
        yield Ask(f"{one}/submit-report", {"on": "2022-03-25" if n < 4 else "2022-04-05"})
        if n < 2:
            yield Ask(f"{one}/accept-report", {"on": "2022-04-01"}, "province")


def districts() -> list[str]:
    """The districts of Lamphun."""
    return sorted({village[:4] for village in lamphun.village_codes()})
