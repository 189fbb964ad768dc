-- The audit: append-only, each entry chained to the one before. hash covers all columns and the hash before.
CREATE TABLE audit (
    seq {key},
    at {int} NOT NULL,
    actor {text} NOT NULL,
    action {text} NOT NULL,
    subject {text} NOT NULL,
    revision {int},
    digest {bytes} NOT NULL,
    hash {bytes} NOT NULL
);
