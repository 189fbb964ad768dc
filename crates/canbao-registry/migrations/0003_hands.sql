-- What people do to the record: procedures with maker and checker, what was confirmed by hand, what was said at a visit.

-- A procedure's request. state: pending, done, refused, withdrawn, undone. content is its particulars as JSON (personal);
-- base: the revision of the person that its maker saw; evidence: the SHA-256 of the papers' file.
CREATE TABLE change_request (
    id {key},
    kind {text} NOT NULL,
    person {int} NOT NULL,
    other_person {int},
    state {text} NOT NULL,
    effective {text} NOT NULL,
    content {text} NOT NULL,
    evidence {bytes},
    base {int} NOT NULL,
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    checker {text},
    decided_at {int},
    reason {text},
    revision {int}
);
CREATE INDEX change_request_person ON change_request (person, id);
CREATE INDEX change_request_state ON change_request (state, id);
CREATE INDEX change_request_revision ON change_request (revision);

-- Values that a visit or an approved change confirmed, with the day: they yield only to an extract of a later day, and
-- then as a change to be approved. value is personal for personal items.
CREATE TABLE confirmation (
    id {key},
    person {int} NOT NULL,
    item {text} NOT NULL,
    value {text},
    confirmed_on {text} NOT NULL,
    rev_from {int} NOT NULL,
    rev_to {int} NOT NULL
);
CREATE INDEX confirmation_person ON confirmation (person);

-- What somebody said, at a visit or elsewhere, about what is an agency's to say: kept, compared, never taken over.
CREATE TABLE claim (
    id {key},
    person {int} NOT NULL,
    item {text} NOT NULL,
    said {text} NOT NULL,
    said_on {text} NOT NULL,
    source {text} NOT NULL,
    revision {int} NOT NULL
);
CREATE INDEX claim_person ON claim (person);
