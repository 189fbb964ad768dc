-- Looks at personal records: a chain of their own, so that reading never waits for writing. persons: how many were
-- shown; subject: whose (identifiers, never numbers or names), or which list.
CREATE TABLE look (
    seq {key},
    at {int} NOT NULL,
    actor {text} NOT NULL,
    purpose {text} NOT NULL,
    subject {text} NOT NULL,
    persons {int} NOT NULL,
    hash {bytes} NOT NULL
);
