"""What the state machines of the specs share: how much they try, and what may happen to an operation on its way."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

EFFORT = float(os.environ.get("CHUMCHON_EFFORT", "1"))
"""Times the examples: 1 in `make test`; an evening's search is 100."""

FATES = st.lists(st.sampled_from([None, None, None, "request lost", "reply lost", "cut short"]), max_size=8)
"""For the next operations of a process, see `OwnWire`."""


def machine_settings(*, examples: int, steps: int) -> settings:
    """The same examples in every run of `make test`; other ones, and more, where CHUMCHON_EFFORT asks for them."""
    return settings(
        max_examples=max(1, round(examples * EFFORT)),
        stateful_step_count=steps,
        derandomize=EFFORT == 1,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
