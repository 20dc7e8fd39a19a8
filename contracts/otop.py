"""What `otop` says: producers of community products."""

from __future__ import annotations

from enum import StrEnum

from contracts.event import Event
from contracts.members import StreamId


class ProducerCategory(StrEnum):
    """The three registration categories (F_part4b_kpi.md §6, L6285-6329)."""

    GROUP = "group"
    """กลุ่มผู้ผลิตชุมชน, community producer group."""
    SINGLE_OWNER = "single-owner"
    """ผู้ผลิตชุมชนที่เป็นเจ้าของรายเดียว, single-owner community producer."""
    SME = "sme"
    """ผู้ผลิตที่เป็นวิสาหกิจขนาดกลางและขนาดย่อม, SME producer."""


class ApplicationChannel(StrEnum):
    """Where the request came in (F_part4b_kpi.md §6.1 steps 3.1 and 3.2)."""

    OFFICE = "office"
    ONLINE = "online"


class ProducerApplied(Event, service="otop"):
    """A producer asked to be registered. No name: a single owner's is a person's."""

    producer_id: StreamId
    category: ProducerCategory
    channel: ApplicationChannel
