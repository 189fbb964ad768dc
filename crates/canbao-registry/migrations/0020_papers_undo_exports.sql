-- What people hand on to one another besides changes themselves.

-- The papers that came with a request, as its maker names them: 死亡医学证明书.
ALTER TABLE change_request ADD COLUMN papers {text};

-- A change that was done is undone by two people: one asks, another decides. request: the change's request. state: pending,
-- done, refused, withdrawn.
CREATE TABLE undo_request (
    id {key},
    request {int} NOT NULL,
    state {text} NOT NULL,
    reason {text} NOT NULL,
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    checker {text},
    decided_at {int},
    answer {text}
);
CREATE INDEX undo_request_of ON undo_request (request, id);
CREATE INDEX undo_request_state ON undo_request (state, id);

-- Lists that are to leave the system as files: one asks, another of the same or a higher area decides, then the maker may
-- take the file for a while. filter: what the list holds, as JSON without personal data; area: of the maker; revision: what
-- the registry said when it was asked for; rows: how many there were. state: pending, done (approved), refused, withdrawn.
CREATE TABLE export_request (
    id {key},
    kind {text} NOT NULL,
    filter {text} NOT NULL,
    area {text} NOT NULL,
    fields {text} NOT NULL,
    whole {int} NOT NULL,
    purpose {text} NOT NULL,
    format {text} NOT NULL,
    rows_told {int} NOT NULL,
    revision {int} NOT NULL,
    state {text} NOT NULL,
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    checker {text},
    decided_at {int},
    answer {text},
    until {int},
    taken {int} NOT NULL
);
CREATE INDEX export_request_state ON export_request (state, id);
CREATE INDEX export_request_maker ON export_request (maker, id);
