"""The form of everything in the catalogue: strict, frozen, no unknown field; and unions told apart by their first word."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Discriminator


class Model(BaseModel):
    """A part of the catalogue. Nothing is converted: a text is a text, a list is a tuple."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Named(dict[str, int | str | float]):
    """What the error says. Python hashes the members of a union, and with them this."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # a dict's own is None


def told_by(*words: str, otherwise: str | None = None) -> Discriminator:
    """Tells the members of a union apart by the one of `words` that they have as a field: {count: …}, {share: …}.

    What has no fields is the member `otherwise`.
    """

    def member(value: Any) -> str | None:
        fields = value if isinstance(value, dict) else getattr(type(value), "model_fields", None)
        return otherwise if fields is None else next((word for word in words if word in fields), None)

    return Discriminator(
        member,
        custom_error_type="literal_error",
        custom_error_context=_Named(expected=", ".join(words)),
    )
