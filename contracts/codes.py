"""Codes: what stands in an event where a sentence could name somebody."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,39}$")]
"""An indicator, a reason, a form's version, a letter's number. No sentence fits in."""
