-- What the record said on a day, in counts (统计快照): frozen, so that figures of last month stay what they were.
--
-- One blob a snapshot, not a row a count: it is only ever read whole, some hundred thousand counts are one or two
-- megabytes compressed, and a city takes one every month. digest: BLAKE3 of the content before it was compressed; the
-- same stands in the audit's entry seq. taken_at: milliseconds since 1970 (UTC). people: everybody who was current.
CREATE TABLE snapshot (
    id {key},
    as_of {text} NOT NULL,
    revision {int} NOT NULL,
    taken_at {int} NOT NULL,
    taken_by {text} NOT NULL,
    people {int} NOT NULL,
    seq {int} NOT NULL,
    digest {bytes} NOT NULL,
    content {bytes} NOT NULL
);
