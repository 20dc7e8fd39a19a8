"""The board's projection: events of members, funds and otop → counters and facets. Pure.

Every handler is in this folder: the projection's version is a digest of their files, so that a change of a query rebuilds
nothing.
"""

from __future__ import annotations

from contracts.funds import (
    FundEstablished,
    FundLevelAssessed,
    FundRecordReviewed,
    FundRecordVerified,
    ProducerGroupLinked,
    ProducerGroupUnlinked,
)
from contracts.members import (
    AreaAbolished,
    AreaRegistered,
    AreaRenamed,
    AreaSplit,
    FirstMemberInTambonRegistered,
    GrowthTargetSet,
    MemberCardIssued,
    MembershipConfirmedCurrent,
    MembershipLeft,
    MembershipRegistered,
    Network,
)
from contracts.otop import (
    AppealDismissed,
    AppealFiled,
    AppealUpheld,
    ApplicationReturned,
    DistrictAgreed,
    DistrictNotAgreed,
    ProducerApplied,
    ProducerCertified,
    RegistrationRefused,
    RegistrationRevoked,
)
from services.chassis.projection import Projection
from services.reporting.views.fold.funds import (
    FUNDS,
    LEVELS,
    LINKED,
    REVIEWED,
    UPGRADES,
    VERIFIED,
    fund_assessed,
    fund_established,
    group_linked,
    group_unlinked,
    record_reviewed,
    record_verified,
)
from services.reporting.views.fold.members import (
    AREA,
    AREA_NAME,
    FIRST,
    TARGET,
    area_abolished,
    area_registered,
    area_renamed,
    area_split,
    card_issued,
    cards,
    confirmations,
    confirmed_current,
    current,
    first_member,
    generated,
    growth_target_set,
    membership_left,
    membership_registered,
)
from services.reporting.views.fold.producers import (
    APPEALS,
    PRODUCERS,
    STAGES,
    Stage,
    appeal_decided,
    appeal_filed,
    application_returned,
    district_said,
    producer_applied,
    producer_certified,
    registration_refused,
    registration_revoked,
)

__all__ = [
    "APPEALS",
    "AREA",
    "AREA_NAME",
    "BOARD",
    "FIRST",
    "FUNDS",
    "LEVELS",
    "LINKED",
    "NETWORKS",
    "PRODUCERS",
    "REVIEWED",
    "STAGES",
    "TARGET",
    "UPGRADES",
    "VERIFIED",
    "Stage",
    "cards",
    "confirmations",
    "current",
    "generated",
]

BOARD = Projection(
    name="board",
    handlers={
        AreaRegistered: area_registered,
        AreaRenamed: area_renamed,
        AreaSplit: area_split,
        AreaAbolished: area_abolished,
        MembershipRegistered: membership_registered,
        MembershipLeft: membership_left,
        MemberCardIssued: card_issued,
        MembershipConfirmedCurrent: confirmed_current,
        GrowthTargetSet: growth_target_set,
        FirstMemberInTambonRegistered: first_member,
        FundEstablished: fund_established,
        FundLevelAssessed: fund_assessed,
        FundRecordReviewed: record_reviewed,
        FundRecordVerified: record_verified,
        ProducerGroupLinked: group_linked,
        ProducerGroupUnlinked: group_unlinked,
        ProducerApplied: producer_applied,
        ApplicationReturned: application_returned,
        DistrictAgreed: district_said,
        DistrictNotAgreed: district_said,
        ProducerCertified: producer_certified,
        RegistrationRefused: registration_refused,
        AppealFiled: appeal_filed,
        AppealUpheld: appeal_decided,
        AppealDismissed: appeal_decided,
        RegistrationRevoked: registration_revoked,
    },
    indexes={"facets": (("kind", "level", "subject"), ("kind", "area"))},
)
NETWORKS = tuple(network.value for network in Network)
