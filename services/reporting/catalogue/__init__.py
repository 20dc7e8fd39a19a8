"""What the department promised for a fiscal year, as checked data: KPIs, budget, activities, reports and their due days.

A year is a folder (`fy2565/`); the next year is a new folder. `load` reads one, `checks` re-derives what it prints,
`due` dates its obligations, `evaluation` computes its KPIs. Only `files.py` reads files.
"""

from __future__ import annotations

from services.reporting.catalogue.fault import Fault, Faulty
from services.reporting.catalogue.loading import load
from services.reporting.catalogue.types.catalogue import Catalogue

__all__ = ["Catalogue", "Fault", "Faulty", "load"]
