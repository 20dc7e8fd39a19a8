"""The base of every domain event, and the register that finds an event's class by its type name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.areas import Scope
from contracts.stage import Stage


class Event(BaseModel):
    """A fact, in the past tense. Readers ignore fields that they do not know; writers add none unannounced.

    `area` is the 2/4/6/8-digit code where it happened ("" is the nation), `on` the business date, Gregorian.
    A subclass says its owner: `class FundEstablished(Event, service="funds")`; `version=2` for a new version. One of a
    lifecycle says which stage it leads to, `leads_to=TraderStage.SELECTED`; without it the thing stays where it stands.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    service: ClassVar[str] = ""
    type: ClassVar[str] = ""
    """`chumchon.<service>.<Name>.v<version>`: the `ce_type`."""
    dataschema: ClassVar[str] = ""
    leads_to: ClassVar[Stage | None] = None

    area: Scope = Field(description="2/4/6/8-digit area code; empty for the nation")
    on: date = Field(description="business date, Gregorian: when it happened, not when it was typed in")

    def __init_subclass__(cls, **_: Any) -> None:
        """Python hands the class arguments to this one first, and `object`'s would refuse them."""

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, service: str = "", version: int = 1, leads_to: Stage | None = None, **kwargs: Any
    ) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if not service:
            return
        cls.leads_to = leads_to
        cls.service = service
        cls.type = f"chumchon.{service}.{cls.__name__}.v{version}"
        cls.dataschema = f"urn:chumchon:{service}:{cls.__name__}:v{version}"
        if cls.type in _TYPES:
            raise TypeError(f"two classes say {cls.type}")
        _TYPES[cls.type] = cls


_TYPES: dict[str, type[Event]] = {}


def event_type(name: str) -> type[Event] | None:
    """The class of a `ce_type`, or None for a type that this code does not know (newer than we are)."""
    return _TYPES.get(name)


def event_types() -> Mapping[str, type[Event]]:
    """Every registered type; import `contracts.catalogue` first to have them all."""
    return dict(_TYPES)
