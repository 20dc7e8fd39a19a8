"""Money and rates: whole hundredths, never a fraction. People type baht and percent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field


class Money:
    """Marks a sum in satang. People type it in baht."""


class Percent:
    """Marks a rate in hundredths of a percent. People type it in percent."""


Satang = Annotated[int, Field(ge=0), Money()]
"""A sum of money, 100 to the baht, not negative."""
Rate = Annotated[int, Field(ge=0, le=100_000), Percent()]
"""A yearly rate of interest: 1,250 is 12.5 percent."""
