"""What can be done with a producer's registration, and how people know a producer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.areas import AreaCode
from contracts.codes import Code
from contracts.ids import id_pattern, stream_id
from contracts.otop import ApplicationChannel, ProducerCategory
from services.chassis.decider import Happened, Key, Refused
from services.chassis.lifecycle import Signed

ProducerId = Annotated[str, StringConstraints(pattern=id_pattern("producer"))]
FundId = Annotated[str, StringConstraints(pattern=id_pattern("fund"))]
Reasons = Annotated[tuple[Code, ...], Field(max_length=20)]
"""As codes: a sentence about a producer may be about a person."""


def producer_stream(area: str, registration_ref: str) -> str:
    """The district that takes the request and its number there are the natural key; a name is no key."""
    return stream_id("producer", area[:4], registration_ref)


class ProducerKey(Key):
    """ผู้ผลิต OTOP · An OTOP producer

    Known by the district that took the request, and the office's running number of the paper or online form.
    """

    area: AreaCode
    """ที่ตั้งของผู้ผลิต (ตำบลหรือหมู่บ้าน) · where the producer is (tambon or village)"""
    registration_ref: str = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    """เลขที่คำร้อง · number of the request"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return producer_stream(self.area, self.registration_ref)


class Reasoned(Signed):
    """A step that is never taken without reasons (003 L6308, 5.3: ทำหนังสือแจ้ง… พร้อมเหตุผลประกอบ)."""

    reasons: Reasons
    """รหัสเหตุผล · codes of the reasons"""

    def mistakes(self) -> Iterator[Refused]:
        """Never without them."""
        if not self.reasons:
            yield REASONS_NEEDED


class ApplyAsProducer(ProducerKey, Signed):
    """ผู้ผลิตยื่นคำร้องขอขึ้นทะเบียน · A producer applies

    Ask to be registered, at the district office of the producer's location or online. A group may name its fund.
    """

    category: ProducerCategory
    """ประเภทผู้ผลิต · category"""
    channel: ApplicationChannel
    """ช่องทางที่ยื่น · channel"""
    fund_id: FundId | None = None
    """กองทุนที่กลุ่มสังกัด (ถ้ามี) · fund that the group belongs to, if any"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6294: ณ ที่ตั้งของกลุ่มหรือผู้ผลิต; and only a group is a fund's (ours)."""
        if len(self.area) < 6:
            yield NEEDS_A_TAMBON
        if self.fund_id is not None and self.category is not ProducerCategory.GROUP:
            yield ONLY_A_GROUP


class ReturnApplication(Reasoned):
    """คืนคำร้องที่ไม่ครบถ้วน · Return an incomplete request

    Give an incomplete or incorrect request back (step 4.1; that it goes back is derived).
    """


class ResubmitApplication(Signed):
    """ยื่นคำร้องที่แก้ไขแล้ว · A returned request comes again

    The producer brings it again, completed.
    """


class GiveDistrictOpinion(Signed):
    """ความเห็นของคณะกรรมการระดับอำเภอ · The district's opinion

    What the district's committee said at its meeting on that day (step 4.3). Until the province decides it may change.
    """

    on: Happened
    """วันประชุม · day of the meeting"""
    agreed: bool
    """ให้ความเห็นชอบ · agreed"""
    reasons: Reasons = ()
    """รหัสเหตุผล · codes of the reasons"""


class CertifyProducer(Signed):
    """จังหวัดรับรองการขึ้นทะเบียน · The province certifies

    At the province's committee meeting; and it announces it (003 L6306-6307).
    """

    on: Happened
    """วันประชุมของจังหวัด · day of the province's meeting"""
    registration_number: Code
    """เลขทะเบียน · registration number"""
    announced_on: Happened
    """วันที่ประกาศ · announced on"""


class RefuseRegistration(Reasoned):
    """จังหวัดไม่รับรอง · The province refuses

    With written reasons; the producer is told by letter (003 L6308).
    """

    letter: Code
    """เลขที่หนังสือแจ้ง · number of the letter"""
    notified_on: Happened
    """วันที่ผู้ผลิตได้รับแจ้ง · producer notified on"""


class FileAppeal(Signed):
    """ผู้ผลิตยื่นอุทธรณ์ · The producer appeals to the Governor"""


class UpholdAppeal(Signed):
    """ผู้ว่าราชการจังหวัดให้ตามอุทธรณ์ · The Governor upholds the appeal

    The producer is registered.
    """

    registration_number: Code
    """เลขทะเบียน · registration number"""
    announced_on: Happened
    """วันที่ประกาศ · announced on"""


class DismissAppeal(Reasoned):
    """ผู้ว่าราชการจังหวัดยกอุทธรณ์ · The Governor dismisses the appeal

    The refusal stands.
    """


class RevokeRegistration(Reasoned):
    """เพิกถอนการขึ้นทะเบียน · Revoke a registration

    By order of the department, whose check found no OTOP producer (003 L6311).
    """

    order: Code
    """เลขที่คำสั่งกรมฯ · number of the department's order"""


NEEDS_A_TAMBON = Refused(
    "producer-needs-a-tambon",
    "ต้องระบุที่ตั้งของผู้ผลิตอย่างน้อยระดับตำบล",
    "The producer's location is needed, at least the tambon.",
    kind="invalid",
    field="area",
)
ONLY_A_GROUP = Refused(
    "fund-of-a-group-only",
    "เฉพาะกลุ่มผู้ผลิตชุมชนเท่านั้นที่ระบุกองทุนได้",
    "Only a producer group can name a fund that it belongs to.",
    kind="invalid",
    field="fund_id",
)
REASONS_NEEDED = Refused(
    "reasons-needed",
    "ต้องระบุเหตุผลประกอบ",
    "Written reasons are needed.",
    kind="invalid",
    rule="003 L6308",
    field="reasons",
)
