"""Creates the topics that `contracts/topics.py` declares, and says where an existing one differs from it."""

from __future__ import annotations

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from contracts.topics import TOPICS, Topic
from services.chassis.bootstrap import Bootstrap

COPIES = 3  # as many as there are brokers, up to this
ACKNOWLEDGING = 2  # copies that must have a record before it counts, where there are three


class TopicsDifferError(Exception):
    """An existing topic is not as declared. `differences` are sentences, one a line; nothing was changed."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("\n".join(differences))
        self.differences = differences


async def ensure(bootstrap: Bootstrap, topics: tuple[Topic, ...] = TOPICS) -> list[str]:
    """Create what is missing; returns the names created. Raises TopicsDifferError if one exists in another form.

    A topic is never altered: more partitions would move keys, a shorter retention would drop the audit log.
    """
    admin = AIOKafkaAdminClient(**bootstrap.aiokafka())
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        present = tuple(topic for topic in topics if topic.name in existing)
        missing = [topic for topic in topics if topic.name not in existing]
        differing = await _differences(admin, present)
        if differing:
            raise TopicsDifferError(differing)
        if missing:
            brokers = len((await admin.describe_cluster())["brokers"])
            answer = await admin.create_topics([_declared(topic, brokers) for topic in missing])
            for name, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:  # another `up` was quicker
                    raise error(name)
        return [topic.name for topic in missing]
    finally:
        await admin.close()


async def differences(bootstrap: Bootstrap, topics: tuple[Topic, ...] = TOPICS) -> list[str]:
    """What is not as declared, a sentence each, missing topics among them; a silent Kafka is one difference."""
    admin = AIOKafkaAdminClient(**bootstrap.aiokafka(), request_timeout_ms=3_000)
    try:
        await admin.start()
        return await _differences(admin, topics)
    except (KafkaError, OSError) as error:
        return [f"Kafka at {bootstrap.servers} does not answer: {type(error).__name__}"]
    finally:
        await admin.close()


def _declared(topic: Topic, brokers: int) -> NewTopic:
    copies = min(COPIES, brokers)
    config = dict(topic.config)
    if copies == COPIES:
        config["min.insync.replicas"] = str(ACKNOWLEDGING)
    return NewTopic(topic.name, topic.partitions, copies, topic_configs=config)


async def _differences(admin: Any, topics: tuple[Topic, ...]) -> list[str]:
    existing = set(await admin.list_topics())
    found = [f"{topic.name} does not exist" for topic in topics if topic.name not in existing]
    present = [topic for topic in topics if topic.name in existing]
    if not present:
        return found
    partitions = {
        about["topic"]: len(about["partitions"])
        for about in await admin.describe_topics([topic.name for topic in present])
    }
    configs = await _configs(admin, [topic.name for topic in present])
    for topic in present:
        if partitions[topic.name] != topic.partitions:
            found.append(
                f"{topic.name} has {partitions[topic.name]} partitions, declared are {topic.partitions}"
            )
        found += [
            f"{topic.name} has {key}={configs[topic.name].get(key)}, declared is {value}"
            for key, value in topic.config.items()
            if configs[topic.name].get(key) != value
        ]
    return found


async def _configs(admin: Any, names: list[str]) -> dict[str, dict[str, str]]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _code, _message, _kind, name, entries in answer.resources
    }
