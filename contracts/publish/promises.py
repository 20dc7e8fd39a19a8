"""What the bus promises a subscriber, in words: delivery, holes, hashes, keeping, change. Markdown."""

from __future__ import annotations

from contracts.envelope import GENESIS
from contracts.publish.headers import hashed_order
from contracts.topics import MAX_MESSAGE_BYTES, PARTITIONS

DELIVERY = """\
**At least once, in order.** Records of one stream (`ce_subject`, the key) lie in one partition in the order in which
they were recorded. After a crash positions may step back and repeat, in order, with the same `ce_id`: keep the last
`ce_position` of each topic and partition, and skip a record at or below it. A position that repeats with another
`ce_id` or `ce_hash` is a fault: tell us. Read with `isolation.level=read_committed`; what an aborted transaction left
behind is not a record of ours. The Kafka timestamp is the time of publication, `ce_time` that of recording."""

HOLES = """\
**Nothing can go missing unseen.** `ce_previousposition` is the position before this one in the same partition (0 for
the first). For each topic and partition keep `last`, 0 at the start, and with every record:

1. `ce_position <= last`: a repeat, skip it;
2. `ce_previousposition == last`: take it, `last = ce_position`;
3. else there is a hole: seek back and read the partition again from what you had.

Who begins in the middle takes the first record's `ce_previousposition` as `last`. Positions run without a gap over the
whole topic, so all partitions together also show that nothing is missing between them. Offsets do not: transaction
markers take offsets too."""

HASHES = f"""\
**Nothing can be altered unseen.** Every event of a stream carries the hash of the one before it. To check one:

    fields = [previous hash, {", ".join(hashed_order())}, value, ce_sealeddigest]
    hash   = hex(sha256(for each field: length in bytes as 4 bytes big-endian, then its bytes))

- The previous hash is `ce_previoushash`, as its 64 hex characters; `{GENESIS[:4]}…` (64 zeros) for a stream's first event.
- Each field is the header's UTF-8 bytes as they are; a header that is left out has length 0. The value is the record's
  value byte for byte: never parse it and write it again.
- `ce_position`, `ce_previousposition`, `ce_hash` itself and `traceparent` are not under the hash.
- The result equals `ce_hash`, and is the `ce_previoushash` of the stream's next event: the next `ce_eventindex` of the
  same `ce_streamversion`, or index 0 of the next version.

`contracts/golden.json` has records with their hashes and ids to test a program of your own against. `ce_id` is
`uuid5(namespace, JSON array of ce_subject, ce_streamversion, ce_eventindex)`, the array without spaces and its two
numbers as numbers; the namespace is in that file too."""

KEEPING = f"""\
**Kept for ever.** The topics are the audit log: `cleanup.policy=delete` with `retention.ms=-1`, so nothing is deleted
or compacted. {PARTITIONS} partitions, which never change, for more would move keys to other partitions: growth is a
new topic (`….v2`). A record has at most {MAX_MESSAGE_BYTES // 1024 // 1024} MiB."""

CHANGES = """\
**What may change under you.** New event types, new optional fields, new values of an enumeration, new headers: ignore
what you do not know, and expect values that you have not seen. Fields are never removed, renamed, retyped or given
another range; new meaning is a new type or a new version (`….v2`) beside the old one. Old events stay as they were said."""

PRIVACY = """\
**No personal data.** Persons are opaque ids. What is personal is encrypted inside its service and never sent; only its
digest is (`ce_sealeddigest`)."""

PROMISES: tuple[tuple[str, str], ...] = (
    ("Delivery", DELIVERY),
    ("Holes", HOLES),
    ("Hash chain", HASHES),
    ("Retention", KEEPING),
    ("Changes", CHANGES),
    ("Personal data", PRIVACY),
)
