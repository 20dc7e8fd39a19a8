"""What every test may ask for: the run's own local stack."""

from __future__ import annotations

pytest_plugins = ["tests.local_stack"]
