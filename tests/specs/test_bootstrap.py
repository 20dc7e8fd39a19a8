"""Who we are to Kafka, by settings, and what each client library is told."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from services.chassis.bootstrap import Bootstrap
from services.chassis.settings import ADMIN, Settings


def test_a_service_of_the_local_stack_logs_in_by_its_own_name_with_the_password_of_its_file(tmp_path: Path):
    (tmp_path / "kafka").mkdir()
    (tmp_path / "kafka" / "funds").write_text("of funds\n")
    settings = Settings.from_env({"CHUMCHON_HOME": str(tmp_path)})
    assert settings.bus("funds") == Bootstrap("127.0.0.1:9092", "SASL_PLAINTEXT", "funds", "of funds")
    assert settings.bus(ADMIN).password == "", "not made yet: Kafka turns it away, and whoever waits waits"


def test_a_kafka_of_somebody_else_has_a_lock_if_we_are_told_who_we_are():
    theirs = {"CHUMCHON_KAFKA": "kafka:9092"}
    assert Settings.from_env(theirs).bus("funds").aiokafka() == {"bootstrap_servers": "kafka:9092"}
    assert Settings.from_env(theirs).bus("funds").librdkafka() == {"bootstrap.servers": "kafka:9092"}
    told = theirs | {"CHUMCHON_KAFKA_USER": "us", "CHUMCHON_KAFKA_PASSWORD": "known"}
    assert Settings.from_env(told).bus("funds") == Bootstrap("kafka:9092", "SASL_PLAINTEXT", "us", "known")


def test_a_password_may_come_from_a_file_of_its_own(tmp_path: Path):
    (tmp_path / "secret").write_text("filed")
    told = {
        "CHUMCHON_KAFKA": "kafka:9092",
        "CHUMCHON_KAFKA_SECURITY": "SASL_SSL",
        "CHUMCHON_KAFKA_PASSWORD_FILE": str(tmp_path / "secret"),
    }
    bus = Settings.from_env(told).bus("otop")
    assert (bus.security, bus.user, bus.password) == ("SASL_SSL", "otop", "filed")


def test_tls_verifies_the_broker_and_its_name():
    told = Bootstrap("kafka:9092", "SASL_SSL", "us", "known").aiokafka()
    assert told["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert told["ssl_context"].check_hostname
    assert (told["security_protocol"], told["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    with pytest.raises(OSError, match="No such file"):
        Bootstrap("kafka:9092", "SASL_SSL", ca="/nowhere/ca.crt").tls()


def test_a_word_that_is_no_security_is_refused_by_its_setting():
    with pytest.raises(ValueError, match="CHUMCHON_KAFKA_SECURITY must be one of PLAINTEXT"):
        Settings.from_env({"CHUMCHON_KAFKA_SECURITY": "SSL"})


def test_a_password_is_in_no_repr():
    assert "known" not in repr(Bootstrap("kafka:9092", "SASL_PLAINTEXT", "us", "known"))
    assert "known" not in repr(Settings.from_env({"CHUMCHON_KAFKA_PASSWORD": "known"}))
