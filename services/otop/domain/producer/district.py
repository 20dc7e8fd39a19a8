"""What the district's committee said of an application (F_part4b_kpi.md §6.1 step 4.3)."""

from __future__ import annotations

from dataclasses import replace

from contracts.otop import DistrictAgreed, DistrictNotAgreed, DistrictOpinion
from services.chassis.decider import Actor, Command, Decision, Happened
from services.otop.domain.producer.application import NOT_UNDER_CHECK
from services.otop.domain.producer.state import TOO_EARLY, Producer, Reasons, Stage


class GiveDistrictOpinion(Command):
    """ความเห็นของคณะกรรมการระดับอำเภอ · The district's opinion

    What the district's committee said at its meeting on `on` (step 4.3). Until the province decides it may change.
    """

    on: Happened
    """วันประชุม · day of the meeting"""
    agreed: bool
    """ให้ความเห็นชอบ · agreed"""
    reasons: Reasons = ()
    """รหัสเหตุผล · codes of the reasons"""
    by: Actor


def give_opinion(command: GiveDistrictOpinion, state: Producer) -> Decision:
    """The same opinion of the same day once more is a no-op."""
    if state.stage is not Stage.APPLIED:
        return NOT_UNDER_CHECK
    if command.on < state.since:
        return TOO_EARLY
    opinion = DistrictOpinion.AGREED if command.agreed else DistrictOpinion.NOT_AGREED
    if (state.district, state.since) == (opinion, command.on):
        return []
    if command.agreed:
        agreed = DistrictAgreed(
            **state.said(command.on),
            recorder=command.by.id,
            was=state.district,
        )
        return [agreed]
    return [
        DistrictNotAgreed(
            **state.said(command.on),
            reasons=command.reasons,
            recorder=command.by.id,
            was=state.district,
        )
    ]


def opined(state: Producer, event: DistrictAgreed | DistrictNotAgreed) -> Producer:
    """The producer after it."""
    agreed = isinstance(event, DistrictAgreed)
    return replace(
        state,
        since=event.on,
        district=DistrictOpinion.AGREED if agreed else DistrictOpinion.NOT_AGREED,
        makers=state.makers | {event.recorder},
    )
