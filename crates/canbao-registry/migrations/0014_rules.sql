-- The rule file by which the record decides (who counts as insured, from which age): its text as the run brought it, from
-- the revision that took it over.
CREATE TABLE rules (
    revision {key},
    text {text} NOT NULL
);
