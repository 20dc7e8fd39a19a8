"""What every test may ask for: the run's own local stack. Property tests try the same examples in every `make test`."""

from __future__ import annotations

from hypothesis import settings

from tests.machines import EFFORT

pytest_plugins = ["tests.local_stack"]

settings.register_profile("tests", deadline=None, derandomize=EFFORT == 1)
settings.load_profile("tests")
