-- Comparison with other registries: whom we know, what was sent and received, and whom we asked about.

-- Registries whose card was checked by telephone. One that was taken off keeps its row: its chain goes on where it was
-- should it come back. fingerprint: of the card; registry: the id on it.
CREATE TABLE peer (
    fingerprint {text} NOT NULL PRIMARY KEY,
    registry {text} NOT NULL,
    card {text} NOT NULL,
    added_at {int} NOT NULL,
    added_by {text} NOT NULL,
    removed_at {int}
);

-- Every parcel that was sent or taken in. The last one of a direction is where its chain is. ours: the fingerprint of
-- our own card at that time, for new keys begin new chains. A parcel that was sent stands under a hidden name
-- (aside) until its row is committed, and then under its own (file); placed says whether it does.
CREATE TABLE parcel (
    digest {text} NOT NULL PRIMARY KEY,
    ours {text} NOT NULL,
    peer {text} NOT NULL,
    direction {text} NOT NULL,
    sequence {int} NOT NULL,
    kind {text} NOT NULL,
    insurance {text},
    lines {int} NOT NULL,
    answers {text},
    made_at {int} NOT NULL,
    actor {text} NOT NULL,
    aside {bytes},
    file {bytes},
    placed {int} NOT NULL
);
-- one parcel a number: two writers cannot both have the next one
CREATE UNIQUE INDEX parcel_chain ON parcel (ours, peer, direction, sequence);
CREATE INDEX parcel_answers ON parcel (answers);
CREATE INDEX parcel_placed ON parcel (placed);

-- Whom a parcel asked about: its line, the person, the keyed hash of the number that was asked, what was asked.
CREATE TABLE question (
    parcel {text} NOT NULL,
    line {int} NOT NULL,
    person {int} NOT NULL,
    hash {int} NOT NULL,
    pension {int} NOT NULL,
    medical {int} NOT NULL,
    PRIMARY KEY (parcel, line)
);

-- Private questions that wait for their reply: what must be remembered, encrypted under a key that follows from the
-- registry's key file. Deleted with the reply.
CREATE TABLE private_question (
    parcel {text} NOT NULL PRIMARY KEY,
    sealed {bytes} NOT NULL
);
