"""What the profile shows of a figure whose goal was missed: told beside the miss, in `docs/bench.md`."""

from __future__ import annotations

from collections.abc import Mapping

PROFILES: Mapping[str, str] = {
    "commit_vs_bare_insert": "a command is some 120 µs of Python in one process: the event, its id and its hash 25, the fingerprint 10, "
    "decide, evolve and reading back what is written 25, BSON and the group 20, the task, its timer and its lock 15. The peer's "
    "350 µs are nearly all motor's way into a thread and back, which a group shares. The prototype's 6.6 was without `decide`.",
    "import_vs_bare_insert_many": "a row is two commits of four events (a person; a membership that is applied for, registered and has its "
    "card), two sealed parts and a key. The API's one thread is what is waited for. Of its samples (py-spy, a file of 20,000) appending has 69 % "
    "(envelopes with their hash chain 19, reading back what is written 15, BSON 8, sealing 7, fingerprints 6), deciding 15, making the two commands "
    "and their keys 8.5: 34 µs a row, 81 before a row was made once. mongod takes 180 µs on the other core. The log alone, two "
    "ready commits a row in groups of 500, took 12,700 to 15,100 rows/s here: 0.3 of an `insert_many` that keeps no history is near the "
    "log's own limit.",
    "relay_events_per_s": "a round of 5,000 takes some 290 ms: its insert 70 (a unique index has an entry a commit), the Kafka "
    "transaction 55, unsetting `pending` 130 (26 µs a commit in mongod), a quarter of a look into the outbox 25. Beside it the "
    "next round is made, 45 µs of Python an event (headers and id 9, murmur2 of the key 5, BSON 4, Kafka's batches 4). Both "
    "cores are busy: settling a round beside the next one gained nothing.",
    "project_vs_bare_decode": "some 27 µs an event: aiokafka's parser and record 5, headers and chain 5, pydantic 3, the change and the fold 5, "
    "freeing the batch 1, what the loop and the sockets take 4, and 4 in which the transaction is waited for (20 µs a document "
    "that the batch touched). The bare loop's 15 are aiokafka, pydantic and one dict.",
    "project_vs_quixstreams": "quixstreams reads with librdkafka, in C and in a thread of its own; our records come through aiokafka, 9 µs "
    "each. It verifies no chain and writes nowhere where a query could read.",
    "visible_p99_ms": "a fact passes, one after the other, five journaled majority writes and two Kafka round trips: group commit; round, "
    "transaction, settling; fetch, the view's checkpoint and transaction. On two cores with mongod, Kafka's JVM, two services "
    "and the load none of these waits is alone.",
}
