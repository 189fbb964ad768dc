-- Deliveries (报送): what departments hand over, and the long work that the server does with it.

-- An extract that was handed over, of one file or of several. source: its name in the city's plan of deliveries; kind: the
-- kind of extract. state: open (files are there, nothing is handed over yet), sent, withdrawn, discarded. as_of: the day
-- that its data stand for; blank until it is sent. checked: waiting, sound, refused. settings: what was said by hand of its
-- columns and codes; report: what was recognised, masked; both JSON. people: whom it tells apart, roughly. used_by: the
-- comparison that took it first; from then on it stays as it is.
CREATE TABLE delivery (
    id {key},
    source {text} NOT NULL,
    kind {text} NOT NULL,
    state {text} NOT NULL,
    as_of {text} NOT NULL,
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    ended_by {text},
    ended_at {int},
    note {text} NOT NULL,
    checked {text} NOT NULL,
    line_count {int} NOT NULL,
    unreadable {int} NOT NULL,
    doubtful {int} NOT NULL,
    people {int} NOT NULL,
    settings {text} NOT NULL,
    report {text} NOT NULL,
    used_by {int}
);
CREATE INDEX delivery_source ON delivery (source, id);

-- Its files. name: what its sender calls it; stored: its path in the server's data folder; sha256: 64 hexadecimal digits.
CREATE TABLE delivery_file (
    id {key},
    delivery {int} NOT NULL,
    name {text} NOT NULL,
    stored {text} NOT NULL,
    bytes {int} NOT NULL,
    sha256 {text} NOT NULL
);
CREATE INDEX delivery_file_delivery ON delivery_file (delivery, id);

-- Long work (任务), one at a time. kind: compare, apply, undo. state: waiting (for a second person), queued, running, done,
-- failed, cancelled, broken (the server ended meanwhile), refused. made_by: who asked for it; decided_by: the second person.
-- of: the comparison that an apply makes the record, the apply that an undo takes back. asked, progress, result: JSON.
CREATE TABLE job (
    id {key},
    kind {text} NOT NULL,
    state {text} NOT NULL,
    made_by {text} NOT NULL,
    made_at {int} NOT NULL,
    reason {text} NOT NULL,
    decided_by {text},
    decided_at {int},
    decision {text} NOT NULL,
    begun_at {int},
    ended_at {int},
    of_job {int},
    asked {text} NOT NULL,
    progress {text} NOT NULL,
    result {text} NOT NULL,
    error {text} NOT NULL,
    hint {text} NOT NULL
);
CREATE INDEX job_state ON job (state, id);
CREATE INDEX job_of ON job (of_job);
