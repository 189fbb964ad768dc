-- What stands behind a finding, and what was done about it.
--
-- evidence: rows of a run as they were written in the extracts, how each was linked and whom it may mean. Kept as blocks
-- of some hundred rows of one source, from first_row to last_row: a row is only ever looked at alone or beside another,
-- and a city's half million rows are some fifteen megabytes so. revision: the apply that brought the run; lines of
-- findings that began with it are lines of that run. kind: the source's kind. people: how many people the run knows.
-- content is personal.
CREATE TABLE evidence (
    revision {int} NOT NULL,
    source {text} NOT NULL,
    kind {text} NOT NULL,
    first_row {int} NOT NULL,
    last_row {int} NOT NULL,
    rows {int} NOT NULL,
    people {int} NOT NULL,
    content {bytes} NOT NULL,
    PRIMARY KEY (revision, source, first_row)
);

-- What clerks made of findings (核对). finding: its identifier, which stays as long as the finding says the same.
-- verdict: same, different, ask; not-this where of several whom a row may mean one is out and the question stands.
-- candidate: whom it is about, where the finding names nobody. note is personal, and so is
-- answer_note. decision: what was recorded for the next comparison. asked: the area that was asked, due until when,
-- answer: same, different, unknown. ended: since when it holds no longer; next: what took its place.
CREATE TABLE handling (
    id {key},
    finding {int} NOT NULL,
    kind {text} NOT NULL,
    area {text} NOT NULL,
    verdict {text} NOT NULL,
    candidate {int},
    note {text},
    decision {int},
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    asked {text},
    due {text},
    answer {text},
    answer_note {text},
    answered_by {text},
    answered_at {int},
    ended {int},
    ended_by {text},
    next {int}
);
CREATE UNIQUE INDEX handling_finding ON handling (finding) WHERE ended IS NULL AND verdict <> 'not-this';
CREATE INDEX handling_of ON handling (finding);
CREATE INDEX handling_maker ON handling (maker, id);
CREATE INDEX handling_asked ON handling (asked, id);

-- Who changed since a revision.
CREATE INDEX person_revision ON person (rev_from);

-- Lists of findings are counted by this alone.
DROP INDEX IF EXISTS finding_kind;
CREATE INDEX finding_work ON finding (kind, area, id, rev_from, rev_to);
