"""The metrics of a process: one registry, names that start with `chumchon_`, labels without personal data."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

COMMITS = Counter("chumchon_commits", "Commits acknowledged", ["service"], registry=REGISTRY)
COMMIT_GROUP = Histogram(
    "chumchon_commit_group_size", "Commits written in one insert", ["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512), registry=REGISTRY,
)  # fmt: skip
CONFLICTS = Counter(
    "chumchon_commit_conflicts", "Versions that another writer took first", ["service"], registry=REGISTRY
)
UNKNOWN = Counter(
    "chumchon_commit_unknown_outcomes",
    "Inserts whose outcome was unknown at first",
    ["service"],
    registry=REGISTRY,
)
REFUSALS = Counter("chumchon_refusals", "Commands refused, by code", ["service", "code"], registry=REGISTRY)

OUTBOX_DEPTH = Gauge("chumchon_outbox_depth", "Commits not yet sent", ["service"], registry=REGISTRY)
OUTBOX_AGE = Gauge(
    "chumchon_outbox_age_seconds", "Age of the oldest commit not yet sent", ["service"], registry=REGISTRY
)
RELAY_LEADER = Gauge(
    "chumchon_relay_leader", "1 while this process is the relay", ["service"], registry=REGISTRY
)
RELAY_TERMS = Counter("chumchon_relay_terms", "Terms begun", ["service"], registry=REGISTRY)
RELAY_ROUNDS = Counter("chumchon_relay_rounds", "Rounds sent", ["service"], registry=REGISTRY)
RELAY_EVENTS = Counter("chumchon_relay_events", "Events sent", ["service"], registry=REGISTRY)
RELAY_SECONDS = Histogram(
    "chumchon_relay_round_seconds", "Time of a round", ["service"], buckets=_SECONDS, registry=REGISTRY
)

CONSUMED = Counter(
    "chumchon_projected_events", "Events applied", ["service", "projection"], registry=REGISTRY
)
REPEATS = Counter(
    "chumchon_repeated_events",
    "Events skipped because they were applied before",
    ["service", "projection"],
    registry=REGISTRY,
)
HOLES = Counter(
    "chumchon_holes", "Holes seen in a partition's chain", ["service", "projection"], registry=REGISTRY
)
DEAD_LETTERS = Counter(
    "chumchon_dead_letters", "Records put aside", ["service", "projection"], registry=REGISTRY
)
DEAD_LETTERS_OPEN = Gauge(
    "chumchon_dead_letters_open",
    "Records put aside and not replayed",
    ["service", "projection"],
    registry=REGISTRY,
)
PARKED = Gauge(
    "chumchon_parked_streams",
    "Streams whose records wait in dead letters",
    ["service", "projection"],
    registry=REGISTRY,
)
VIEW_HALTED = Gauge(
    "chumchon_view_halted",
    "1 while a view or reaction stands still at a record",
    ["service", "projection"],
    registry=REGISTRY,
)
LAG = Gauge(
    "chumchon_consumer_lag",
    "Offsets not yet consumed",
    ["service", "projection", "topic", "partition"],
    registry=REGISTRY,
)
EVENT_AGE = Histogram(
    "chumchon_event_age_seconds",
    "Recorded to visible in the read model",
    ["service", "projection"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
