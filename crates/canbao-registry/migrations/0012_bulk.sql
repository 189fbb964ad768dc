-- Bulk procedures (批量办理): the file of a department that became many requests of one maker. digest: the SHA-256 of the
-- file; evidence: of the papers that came with it. outcomes: how many rows had which outcome, as JSON.
CREATE TABLE bulk (
    id {key},
    kind {text} NOT NULL,
    digest {bytes} NOT NULL,
    evidence {bytes},
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    lines {int} NOT NULL,
    outcomes {text} NOT NULL
);
CREATE INDEX bulk_digest ON bulk (digest);

-- The bulk that a request belongs to.
ALTER TABLE change_request ADD COLUMN bulk {int};
CREATE INDEX change_request_bulk ON change_request (bulk, id);
