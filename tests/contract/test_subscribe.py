"""The confluent-kafka program in docs/events.md, run on our records: repeats are skipped and a hole stops it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import confluent_kafka
import pytest

from contracts import catalogue
from contracts.envelope import Envelope, to_headers
from contracts.publish.examples import example_of
from contracts.publish.subscribe import CONFLUENT


class Record:
    """A record as confluent-kafka hands it out."""

    def __init__(self, envelope: Envelope, partition: int) -> None:
        self.envelope, self.number = envelope, partition

    def error(self):
        return None

    def partition(self):
        return self.number

    def headers(self):
        return to_headers(self.envelope)

    def value(self):
        return self.envelope.data.encode()


def at(position: int, before: int, partition: int = 0) -> Record:
    said = next(iter(catalogue.event_types().values()))
    return Record(replace(example_of(said), position=position, previousposition=before), partition)


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, records: list[Record | None]) -> None:
    class Consumer:
        """A topic that holds these records and then ends, which no real one does."""

        def __init__(self, settings):
            assert settings["isolation.level"] == "read_committed"
            assert (settings["sasl.mechanism"], settings["sasl.password"]) == ("SCRAM-SHA-512", "of a test")
            self.records = iter(records)

        def subscribe(self, topics):
            assert topics == ["chumchon.members.events.v1"]

        def poll(self, seconds):
            try:
                return next(self.records)
            except StopIteration:
                raise EOFError from None

    (folder / ".local" / "kafka").mkdir(parents=True)
    (folder / ".local" / "kafka" / "subscriber").write_text("of a test\n")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(confluent_kafka, "Consumer", Consumer)
    exec(CONFLUENT, {})


def test_repeats_are_skipped_and_partitions_are_counted_apart(monkeypatch, tmp_path, capsys):
    records = [at(1, 0), at(2, 0, 1), None, at(3, 1), at(1, 0), at(3, 1), at(4, 3), at(5, 2, 1)]
    with pytest.raises(EOFError):
        run(monkeypatch, tmp_path, records)
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_a_hole_stops_the_program(monkeypatch, tmp_path):
    with pytest.raises(RuntimeError, match="a hole in partition 1 after position 2"):
        run(monkeypatch, tmp_path, [at(1, 0), at(2, 0, 1), at(9, 7, 1)])
