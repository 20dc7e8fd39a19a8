"""What services may read on the bus is what their views and reactions read."""

from __future__ import annotations

from importlib import import_module

import pytest

from contracts.principals import HEARS
from contracts.topics import SERVICES, topic_of


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_right_to_read_what_it_hears_and_nothing_else(service: str) -> None:
    spec = import_module(f"services.{service}.app").SERVICE
    read = {topic for work in (*spec.projections, *spec.reactions) for topic in work.topics}
    assert {topic_of(heard) for heard in HEARS[service]} == read


def test_every_service_has_a_principal() -> None:
    assert HEARS.keys() == set(SERVICES)
