-- What clerks decided about a row of an extract and a person (经办核定); it goes to the next comparison as a file. A row is
-- known by its kind of extract, its number and name as written, for its place changes from extract to extract. number,
-- name and person_id are personal; hash is the keyed hash of kind, number and name. decision: same, different.
-- revision: what was visible when it was decided. withdrawn: since when it holds no longer.
CREATE TABLE decision (
    id {key},
    decision {text} NOT NULL,
    kind {text} NOT NULL,
    number {text} NOT NULL,
    name {text} NOT NULL,
    person_id {text} NOT NULL,
    hash {int} NOT NULL,
    maker {text} NOT NULL,
    checker {text},
    made_at {int} NOT NULL,
    revision {int} NOT NULL,
    withdrawn {int}
);
CREATE INDEX decision_hash ON decision (hash);
