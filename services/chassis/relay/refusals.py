"""What a relay must not repair by itself, said in Thai and English."""

from __future__ import annotations

from collections.abc import Mapping


class RelayRefused(RuntimeError):
    """It takes the service down, and a person decides. `code` is stable; nothing was sent."""

    def __init__(self, code: str, *, en: str, th: str) -> None:
        super().__init__(f"{code}: {en} · {th}")
        self.code = code
        self.en = en
        self.th = th


def topic_beyond_rounds(topic: Mapping[int, int], last: Mapping[int, int]) -> RelayRefused:
    """The topic holds positions that no round gave."""
    where = _unlike({p: n for p, n in topic.items() if n > last[p]}, last)
    return RelayRefused(
        "topic_beyond_rounds",
        en=f"The topic holds events that the rounds in MongoDB do not know ({where}). MongoDB was restored from an older "
        "copy, or the topic is another system's. Restore the newer MongoDB, or give the service an empty topic.",
        th=f"หัวข้อใน Kafka มีเหตุการณ์ที่บันทึกรอบใน MongoDB ไม่มี ({where}) MongoDB อาจถูกกู้คืนจากสำเนาเก่า "
        "หรือหัวข้อนี้เป็นของระบบอื่น โปรดกู้คืน MongoDB ฉบับที่ใหม่กว่า หรือใช้หัวข้อที่ว่าง",
    )


def topic_behind_rounds(topic: Mapping[int, int], least: Mapping[int, int]) -> RelayRefused:
    """The topic lacks more than the last round."""
    where = _unlike({p: n for p, n in topic.items() if n < least[p]}, least)
    return RelayRefused(
        "topic_behind_rounds",
        en=f"The topic lacks events of earlier rounds ({where}): it was emptied, or a republish was interrupted. "
        "Run `chumchon republish` for this service.",
        th=f"หัวข้อใน Kafka ขาดเหตุการณ์ของรอบก่อนหน้า ({where}) หัวข้ออาจถูกล้าง หรือการส่งซ้ำค้างอยู่ "
        "โปรดรัน `chumchon republish` สำหรับบริการนี้",
    )


def topic_disagrees(topic: Mapping[int, int], first: int) -> RelayRefused:
    """The topic's last positions are not of this round's chain, or commits of the round are gone."""
    return RelayRefused(
        "topic_and_rounds_disagree",
        en=f"The topic's last positions {dict(topic)} do not lead into the round that begins at {first}, or commits of that "
        "round are gone. Topic and MongoDB are not of one history.",
        th=f"ลำดับสุดท้ายในหัวข้อ {dict(topic)} ไม่ต่อเนื่องกับรอบที่เริ่มที่ {first} หรือรายการของรอบนั้นหายไป "
        "หัวข้อใน Kafka กับ MongoDB ไม่ได้มาจากประวัติเดียวกัน",
    )


def topic_of_wrong_width(topic: str, partitions: int, wanted: int) -> RelayRefused:
    """Keys would move: another number of partitions is another topic."""
    return RelayRefused(
        "topic_has_wrong_partitions",
        en=f"Topic {topic} has {partitions} partitions, not {wanted}. Keys would move; create it anew with {wanted}.",
        th=f"หัวข้อ {topic} มี {partitions} พาร์ติชัน ไม่ใช่ {wanted} คีย์จะย้ายที่ โปรดสร้างใหม่ให้มี {wanted}",
    )


def relay_at_work(service: str) -> RelayRefused:
    """Somebody holds the lease and goes on renewing it."""
    return RelayRefused(
        "relay_at_work",
        en=f"A relay of {service} is at work. Stop the service first, then run this again.",
        th=f"รีเลย์ของ {service} กำลังทำงานอยู่ โปรดหยุดบริการก่อน แล้วรันอีกครั้ง",
    )


def _unlike(found: Mapping[int, int], expected: Mapping[int, int]) -> str:
    return ", ".join(f"partition {p}: {n}, rounds {expected[p]}" for p, n in sorted(found.items()))
