"""Ids in addresses and bodies: a stream of the right kind, or it is no id."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from contracts.ids import id_pattern

PersonId = Annotated[str, StringConstraints(pattern=id_pattern("person"))]
MembershipId = Annotated[str, StringConstraints(pattern=id_pattern("membership"))]
