-- What figures rest on, and what was made of them.

-- The extracts that an apply brought (数据来源), in rows. kind: of the extract. line_count: all its rows; unresolved: those of
-- whom nobody knows whose they are; rejected: those that could not be read.
CREATE TABLE apply_source (
    revision {int} NOT NULL,
    source {text} NOT NULL,
    kind {text} NOT NULL,
    line_count {int} NOT NULL,
    unresolved {int} NOT NULL,
    rejected {int} NOT NULL,
    PRIMARY KEY (revision, source)
);

-- Papers (简报、报告): drafts, and what was issued: from then on they stay as they are. kind: bulletin, analysis, assessment.
-- issue: its number of the year, as 2016-11. snapshot, before: the counts that it rests on, and those that it compares with (0:
-- none). threshold: under which count a cell was withheld. state: draft, issued, refused, withdrawn; of the last two nothing
-- of the content is left. digest: BLAKE3 of the content as it was drafted; the same stands in the audit's entry seq, by which
-- it was issued (of a draft: drafted).
CREATE TABLE paper (
    id {key},
    kind {text} NOT NULL,
    area {text} NOT NULL,
    issue {text} NOT NULL,
    title {text} NOT NULL,
    issued_on {text} NOT NULL,
    snapshot {int} NOT NULL,
    before {int} NOT NULL,
    threshold {int} NOT NULL,
    made_by {text} NOT NULL,
    made_at {int} NOT NULL,
    state {text} NOT NULL,
    decided_by {text} NOT NULL,
    decided_at {int} NOT NULL,
    note {text} NOT NULL,
    media {text} NOT NULL,
    bytes {int} NOT NULL,
    seq {int} NOT NULL,
    digest {bytes} NOT NULL,
    content {bytes} NOT NULL
);
CREATE INDEX paper_area ON paper (area, kind, id);
CREATE UNIQUE INDEX paper_issue ON paper (kind, area, issue) WHERE state IN ('draft', 'issued');

-- Under which count cells of a snapshot are withheld outside the office: fixed by the first paper that leaves, for two
-- patterns of one table, laid over each other, tell more than either.
CREATE TABLE release (
    snapshot {int} NOT NULL PRIMARY KEY,
    threshold {int} NOT NULL,
    at {int} NOT NULL
);

-- The plan (实施方案): stages, dates and targets, as TOML; the last one holds.
CREATE TABLE plan (
    id {key},
    content {text} NOT NULL,
    made_by {text} NOT NULL,
    made_at {int} NOT NULL
);

-- Tables that somebody put together and kept (常用表). asked: the page's address behind its path, without personal data.
-- shared: whether all who may see figures find it.
CREATE TABLE pivot (
    id {key},
    owner {text} NOT NULL,
    name {text} NOT NULL,
    asked {text} NOT NULL,
    shared {int} NOT NULL,
    made_at {int} NOT NULL
);
CREATE INDEX pivot_owner ON pivot (owner, id);
CREATE INDEX pivot_shared ON pivot (shared, id);

-- The figures of each snapshot, a row a figure, for a city's own tools (商业智能); written once, when the snapshot is taken.
-- tree: reporting (管理关系) or codes (区划代码). dimension, item: of people with one value of a dimension, else blank. All of
-- an area and those under it.
CREATE TABLE figure (
    snapshot {int} NOT NULL,
    tree {text} NOT NULL,
    area {text} NOT NULL,
    dimension {text} NOT NULL,
    item {text} NOT NULL,
    indicator {text} NOT NULL,
    numerator {int} NOT NULL,
    denominator {int} NOT NULL,
    PRIMARY KEY (snapshot, tree, area, dimension, item, indicator)
);

-- The areas of each snapshot's day, and what its figures are of.
CREATE TABLE figure_area (
    snapshot {int} NOT NULL,
    area {text} NOT NULL,
    name {text} NOT NULL,
    level {text} NOT NULL,
    parent {text} NOT NULL,
    manager {text} NOT NULL,
    PRIMARY KEY (snapshot, area)
);
CREATE TABLE figure_indicator (
    snapshot {int} NOT NULL,
    indicator {text} NOT NULL,
    name {text} NOT NULL,
    unit {text} NOT NULL,
    formula {text} NOT NULL,
    meaning {text} NOT NULL,
    PRIMARY KEY (snapshot, indicator)
);

-- What other tools read (只读视图): names that stay.
CREATE VIEW bi_figure AS
    SELECT f.snapshot, s.as_of, f.tree, f.area, a.name AS area_name, a.level, f.dimension, f.item, f.indicator,
        i.name AS indicator_name, i.unit, f.numerator, f.denominator,
        CASE WHEN f.denominator > 0 THEN f.numerator * 100.0 / f.denominator END AS percent
    FROM figure f
    JOIN snapshot s ON s.id = f.snapshot
    JOIN figure_area a ON a.snapshot = f.snapshot AND a.area = f.area
    JOIN figure_indicator i ON i.snapshot = f.snapshot AND i.indicator = f.indicator;
CREATE VIEW bi_latest AS
    SELECT * FROM bi_figure WHERE snapshot = (SELECT MAX(snapshot) FROM figure);
CREATE VIEW bi_snapshot AS
    SELECT id AS snapshot, as_of, people, taken_at FROM snapshot;
