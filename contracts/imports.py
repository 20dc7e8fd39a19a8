"""What a service says of a file that was sent to it. Each service says it as its own."""

from __future__ import annotations

from pydantic import Field

from contracts.event import Event
from contracts.ids import StreamId


class ImportAccepted(Event):
    """A file was read without a fault; its rows will run. Sealed: the rows."""

    import_id: StreamId
    kind: str
    rows: int = Field(ge=0)
    digest: str = Field(description="HMAC-SHA256 of the file under the service's secret, hex")
    part: int = Field(ge=0, description="from 0; a large file is accepted in parts of one commit")
    parts: int = Field(ge=1)


class ImportCompleted(Event):
    """All rows have run; the sealed rows are gone."""

    import_id: StreamId
    kind: str
    rows: int = Field(ge=0)
    written: int = Field(ge=0)
    unchanged: int = Field(ge=0, description="rows whose fact was there already")
    refused: int = Field(ge=0)
