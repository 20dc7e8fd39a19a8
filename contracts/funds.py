"""What `funds` says: community funds."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from contracts.event import Event
from contracts.members import StreamId


class FundKind(StrEnum):
    """The kinds of community fund (ARCHITECTURE §2)."""

    POVERTY = "kkj"
    """กข.คจ., the poverty-alleviation fund: one a village (F_part4b_kpi.md §2, L6047)."""
    SAVINGS = "savings"
    """กลุ่มออมทรัพย์เพื่อการผลิต, savings group for production."""
    MOTHER = "mother"
    """กองทุนแม่ของแผ่นดิน, Mother-of-the-Land fund."""
    WOMEN = "women"
    """กองทุนพัฒนาบทบาทสตรี, women's development fund."""
    VILLAGE = "village"
    """กองทุนหมู่บ้าน, village fund."""
    OTHER = "other"


class FundEstablished(Event, service="funds"):
    """A fund exists in a village from `on`."""

    fund_id: StreamId
    kind: FundKind
    number: int = Field(ge=1, description="which of its kind in the village, from 1")
    name_th: str = Field(description="name of the fund, not of a person")
