"""Files that were sent to `reporting`."""

from __future__ import annotations

from contracts import imports


class ImportAccepted(imports.ImportAccepted, service="reporting"):
    """A file was read without a fault; its rows will run. Sealed: the rows."""


class ImportCompleted(imports.ImportCompleted, service="reporting"):
    """All rows have run; the sealed rows are gone."""
