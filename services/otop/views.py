"""What `otop` knows of others: the area register."""

from __future__ import annotations

from services.chassis.known_areas import known_areas

AREAS = known_areas("otop")
