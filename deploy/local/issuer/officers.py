"""The example officers of the local log-in page. All are generated: nobody has these names or holds these posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.local.issuer.signing import claims
from services.chassis.access import Role


@dataclass(frozen=True, slots=True)
class Officer:
    """`key` names one on the page; `name_*` is shown on the desk, `post_*` says what the one is for. `areas`: "" is the nation."""

    key: str
    name_th: str
    name_en: str
    post_th: str
    post_en: str
    roles: tuple[Role, ...]
    areas: tuple[str, ...]

    def claims(self) -> dict[str, Any]:
        """What an access token says of the officer: an opaque subject, roles and areas; no name."""
        return claims(self.roles, self.areas, f"example:{self.key}")


_ALL = (
    Officer(
        "officer-5101", "ตัวอย่าง เมืองลำพูน", "Example of Mueang Lamphun",
        "เจ้าหน้าที่อำเภอเมืองลำพูน", "district officer, Mueang Lamphun", (Role.OFFICER,), ("5101",),
    ),
    Officer(
        "officer-5102", "ตัวอย่าง แม่ทา", "Example of Mae Tha",
        "เจ้าหน้าที่อำเภอแม่ทา", "district officer, Mae Tha", (Role.OFFICER,), ("5102",),
    ),
    Officer(
        "officer-51", "ตัวอย่าง จังหวัดลำพูน", "Example of Lamphun",
        "เจ้าหน้าที่จังหวัดลำพูน", "provincial officer, Lamphun", (Role.OFFICER,), ("51",),
    ),
    Officer(
        "approver-51", "ตัวอย่าง ผู้อนุมัติลำพูน", "Example Approver of Lamphun",
        "ผู้อนุมัติจังหวัดลำพูน", "provincial approver, Lamphun", (Role.APPROVER,), ("51",),
    ),
    Officer(
        "approver-nation", "ตัวอย่าง ส่วนกลาง", "Example of the Department",
        "ผู้อนุมัติของกรม ทั้งประเทศ", "approver of the department, the nation", (Role.APPROVER,), ("",),
    ),
    Officer(
        "auditor", "ตัวอย่าง ผู้ตรวจสอบ", "Example Auditor",
        "ผู้ตรวจสอบ ทั้งประเทศ อ่านอย่างเดียว", "auditor, the nation, reads only", (Role.AUDITOR,), ("",),
    ),
    Officer(
        "operator", "ตัวอย่าง ผู้ดูแลระบบ", "Example Operator",
        "ผู้ดูแลระบบ", "operator of the platform", (Role.OPERATOR,), ("",),
    ),
)  # fmt: skip
OFFICERS: Mapping[str, Officer] = {officer.key: officer for officer in _ALL}
