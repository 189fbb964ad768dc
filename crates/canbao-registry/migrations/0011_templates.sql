-- Comparison with the province and the ministry, by their own workbooks.

-- Every file that was written, so that no number of a day is given twice. id stands in question.parcel for the file's
-- people. answerer: whose word an answer is, as in the template; day: YYYY-MM-DD; sequence counts from 1 each day.
CREATE TABLE template_file (
    id {text} NOT NULL PRIMARY KEY,
    template {text} NOT NULL,
    answerer {text} NOT NULL,
    day {text} NOT NULL,
    sequence {int} NOT NULL,
    lines {int} NOT NULL,
    made_at {int} NOT NULL,
    actor {text} NOT NULL
);
CREATE UNIQUE INDEX template_file_sequence ON template_file (answerer, day, sequence);

-- Every answer file that was taken in, by its SHA-256: the same file changes nothing a second time.
CREATE TABLE template_answer (
    digest {text} NOT NULL PRIMARY KEY,
    answerer {text} NOT NULL,
    lines {int} NOT NULL,
    revision {int} NOT NULL,
    made_at {int} NOT NULL,
    actor {text} NOT NULL
);

-- An answer by workbook names people by their numbers alone.
CREATE INDEX question_hash ON question (hash);
