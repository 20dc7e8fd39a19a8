"""What the profile shows of a figure whose goal was missed: told beside the miss, in `docs/bench.md`."""

from __future__ import annotations

from collections.abc import Mapping

PROFILES: Mapping[str, str] = {}
