"""Files that were sent to `otop`."""

from __future__ import annotations

from contracts import imports


class ImportAccepted(imports.ImportAccepted, service="otop"):
    """A file was read without a fault; its rows will run. Sealed: the rows."""


class ImportCompleted(imports.ImportCompleted, service="otop"):
    """All rows have run; the sealed rows are gone."""
