"""Imports over HTTP: the registers that people keep in files, and every entry of the desk."""

from __future__ import annotations

from contracts.members import ImportAccepted, ImportCompleted
from services.chassis.access import Role
from services.chassis.imports import Imports
from services.members.api.differing import nothing_differs
from services.members.api.row_jobs import area_jobs, entry
from services.members.api.rows import AreaLine, MembershipLine, parents_known
from services.members.api.table import desk

desk.register(
    "areas", AreaLine, roles={Role.OFFICER}, every=parents_known, jobs=area_jobs, area="code", distinct="code"
)
desk.register(
    "memberships",
    MembershipLine,
    entry,
    roles={Role.OFFICER},
    at="/v1/register-entries",
    created="/v1/memberships/{}",
    every=nothing_differs,
    distinct="citizen_id",
)

imports = Imports(desk, ImportAccepted, ImportCompleted)
