-- Comparison with other registries by two people: one asks, another decides, and what is decided is done with it. act: ask,
-- answer, import; peer: the registry's id; parcel: the parcel that came, of an answer or import; wanted: whom a question is
-- about, as JSON without personal data; people: how many it was about when it was asked for; result: the digest of the
-- parcel that it made, or took in. state: pending, done, refused, withdrawn.
CREATE TABLE exchange_request (
    id {key},
    act {text} NOT NULL,
    peer {text} NOT NULL,
    parcel {text},
    wanted {text} NOT NULL,
    people {int} NOT NULL,
    state {text} NOT NULL,
    reason {text} NOT NULL,
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    checker {text},
    decided_at {int},
    answer {text},
    result {text}
);
CREATE INDEX exchange_request_state ON exchange_request (state, id);

-- What the file of a parcel that was sent is called.
ALTER TABLE parcel ADD COLUMN name {text};
