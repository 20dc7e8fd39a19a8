"""A row of the catalogue: it has an id, its source, its confidence and the place where it was typed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.place import Place
from services.reporting.catalogue.types.refused import wrong
from services.reporting.catalogue.types.source import EXPLAINED, Confidence, Sources

ID = r"^[A-Z][A-Z0-9]*([.-][A-Z0-9]+)*$"

Id = Annotated[str, Field(pattern=ID)]
"""The id of a row, as P21, M14.2, AGR-S1 or SOC-DATA.M1; unique among the rows of its kind."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*([.-][a-z0-9]+)*$")]
"""The name of a thing of our vocabularies, as `district-office` or `funds.upgraded`."""

Text = Annotated[str, Field(min_length=1)]


class Row(Model):
    """What every row has. `place` is filled in by the loader and may not be typed."""

    source: Sources = ()
    confidence: Confidence = "stated"
    note: str = ""
    place: Place = Field(default=Place(), exclude=True, repr=False)

    @property
    def key(self) -> str:
        """What the row is known by among its kind."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _is_sourced(self) -> Row:
        if not self.source and self.confidence != "not-in-source":
            raise wrong(
                "unsourced",
                "ทุกแถวต้องมี source (หรือ confidence: not-in-source)",
                "every row needs a source (or confidence: not-in-source)",
            )
        if self.confidence in EXPLAINED and not self.note:
            raise wrong(
                "note",
                f"{self.confidence} ต้องมี note บอกเหตุผล",
                f"{self.confidence} needs a note that says why",
            )
        return self


class Identified(Row):
    """A row that the documents or the notes give an id."""

    id: Id

    @property
    def key(self) -> str:
        return self.id


class Named(Row):
    """A row of one of our vocabularies, with a name in both languages."""

    name: Name
    th: Text
    en: Text

    @property
    def key(self) -> str:
        return self.name
