"""Who calls, and what they may do: bearer tokens of an OIDC issuer, checked, as a caller with roles and areas."""

from __future__ import annotations

from services.chassis.access.caller import NATIONWIDE, Caller, Role
from services.chassis.access.keys import IssuerKeys
from services.chassis.access.tokens import Access

__all__ = ["NATIONWIDE", "Access", "Caller", "IssuerKeys", "Role"]
