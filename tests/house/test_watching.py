"""Prometheus, its alerts and the dashboard ask for metrics that the services have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib import import_module
from typing import Any

import pytest

from contracts.topics import SERVICES
from services.chassis.settings import PORTS
from tests.house.deployed import DEPLOY, asked, load, metrics

WATCHED = {
    "chumchon_outbox_age_seconds",
    "chumchon_relay_leader",
    "chumchon_consumer_lag",
    "chumchon_dead_letters_open",
    "chumchon_commit_unknown_outcomes_total",
    "chumchon_holes_total",
    "chumchon_view_halted",
}


def rules() -> list[Any]:
    (document,) = load(DEPLOY / "prometheus" / "alerts.yml")
    return [rule for group in document["groups"] for rule in group["rules"]]


def test_every_service_is_scraped_where_it_listens() -> None:
    (document,) = load(DEPLOY / "prometheus" / "prometheus.yml")
    targets = [
        target
        for job in document["scrape_configs"]
        for about in job["static_configs"]
        for target in about["targets"]
    ]
    assert {f"{service}:{PORTS[service]}" for service in SERVICES} < set(targets)


def test_every_alert_asks_for_metrics_that_exist() -> None:
    for rule in rules():
        assert asked(rule["expr"]) <= metrics(), rule["alert"]


def test_what_must_be_watched_is() -> None:
    watched = {name for rule in rules() for name in asked(rule["expr"])}
    assert watched >= WATCHED
    assert any("up{" in rule["expr"] for rule in rules())


def test_a_service_that_has_events_is_watched_for_its_relay() -> None:
    (rule,) = [rule for rule in rules() if rule["alert"] == "RelayWithoutLeader"]
    saying = {service for service in SERVICES if import_module(f"services.{service}.app").SERVICE.says}
    assert set(re.findall(r'"service", "([a-z]+)"', rule["expr"])) == saying


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert "·" in rule["annotations"]["summary"], "Thai · English"
        assert rule["annotations"]["action"]


def test_every_panel_asks_for_metrics_that_exist() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "dashboards" / "chumchon.json").read_text("utf-8"))
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    for panel in panels:
        for target in panel["targets"]:
            names = asked(target["expr"])
            assert names <= metrics(), panel["title"]
            assert names or "up{" in target["expr"]


def test_the_dashboard_is_provisioned_with_its_source() -> None:
    ((source,),) = [
        document["datasources"]
        for document in load(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")
    ]
    text = (DEPLOY / "grafana" / "dashboards" / "chumchon.json").read_text("utf-8")
    assert {panel["datasource"]["uid"] for panel in json.loads(text)["panels"]} == {source["uid"]}


def test_promtool_accepts_the_configuration() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not on this machine")
    said = subprocess.run(
        [promtool, "check", "config", DEPLOY / "prometheus" / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
