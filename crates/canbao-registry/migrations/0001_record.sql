-- The record: who is known, under which numbers, insured where, and what somebody must look at.
--
-- Nothing is overwritten. A row of a person, number, enrolment, finding or employer is one version: it holds from
-- revision rev_from until before rev_to (9223372036854775807: it still holds). Readers look at the versions of the
-- visible revision; a large apply writes its rows under a revision that is not visible yet, and makes all of them
-- visible by raising one number. What was known at any time is what that time's revision shows.

-- One row. visible: the revision that readers see. The counters of identifiers are raised by writers in their turn.
CREATE TABLE state (
    one {int} NOT NULL PRIMARY KEY CHECK (one = 1),
    visible {int} NOT NULL,
    next_person {int} NOT NULL,
    next_row {int} NOT NULL,
    as_of {text} NOT NULL,
    key_fingerprint {text} NOT NULL,
    registry {text} NOT NULL
);

-- Every change of the record, small or large. effective: the day from which it holds; at: when it became known, in
-- milliseconds since 1970 (UTC).
CREATE TABLE revision (
    revision {key},
    at {int} NOT NULL,
    kind {text} NOT NULL,
    actor {text} NOT NULL,
    effective {text} NOT NULL,
    undone_by {int}
);

-- Applies of comparison runs. state: staging (nobody sees its rows), visible, undone. base: the revision that was
-- visible when it began. A staging apply whose process is gone is cleared away by the next one.
CREATE TABLE apply (
    revision {key},
    state {text} NOT NULL,
    base {int} NOT NULL,
    as_of {text} NOT NULL,
    run_digest {bytes} NOT NULL,
    balance {text} NOT NULL
);

-- Areas by code, dated: from valid_from until before valid_to (9999-12-31: still). parent follows the codes and serves
-- statistics; reporting says who manages the area (a development zone can manage villages of a district).
CREATE TABLE area (
    code {text} NOT NULL,
    valid_from {text} NOT NULL,
    valid_to {text} NOT NULL,
    name {text} NOT NULL,
    level {text} NOT NULL,
    parent {text},
    reporting {text},
    PRIMARY KEY (code, valid_from)
);

-- People, by the registry's own identifier. state: current; ended (no extract knows them any more); merged (into
-- another, named in merged_into). area is the finest that is known. Columns that are personal (name, household,
-- address, phone) pass through one module and are found by the keyed hashes beside them.
-- wrong: items that are filled, but not credible (bits). schemes: those with a live row (bits). reasons: bits.
-- identity and digest are of the run that was applied last: by them the next run finds the person again, and sees
-- whether anything changed; digest 0 says that a hand was on the record since.
CREATE TABLE person (
    person {int} NOT NULL,
    rev_from {int} NOT NULL,
    rev_to {int} NOT NULL,
    effective {text} NOT NULL,
    state {text} NOT NULL,
    merged_into {int},
    area {text} NOT NULL,
    name {text},
    name_hash {int},
    surname_hash {int},
    sex {text} NOT NULL,
    birth {text},
    ethnic {text},
    hukou {text},
    household {text},
    household_hash {int},
    relation {text},
    address {text},
    phone {text},
    phone_hash {int},
    certificate_type {text},
    population {text} NOT NULL,
    life {text} NOT NULL,
    life_date {text},
    subsistence {int} NOT NULL,
    disability {int} NOT NULL,
    wrong {int} NOT NULL,
    pension {text} NOT NULL,
    medical {text} NOT NULL,
    schemes {int} NOT NULL,
    category {text} NOT NULL,
    reasons {int} NOT NULL,
    identity {int} NOT NULL,
    digest {int} NOT NULL,
    PRIMARY KEY (person, rev_from)
);

-- Social security numbers and other certificates. kind: current, former, certificate. Several people can have one
-- number, and one person several; evidence says in a sentence how it is known.
CREATE TABLE number (
    id {key},
    person {int} NOT NULL,
    rev_from {int} NOT NULL,
    rev_to {int} NOT NULL,
    kind {text} NOT NULL,
    value {text} NOT NULL,
    hash {int} NOT NULL,
    evidence {text} NOT NULL
);

-- Insurance rows. source and line say where the extract has it; origin: extract, or hand.
CREATE TABLE enrolment (
    id {key},
    person {int} NOT NULL,
    rev_from {int} NOT NULL,
    rev_to {int} NOT NULL,
    effective {text} NOT NULL,
    scheme {text} NOT NULL,
    insurance {text} NOT NULL,
    status {text},
    benefit {text},
    unit_code {text},
    unit_name {text},
    pooling_area {text},
    since {text},
    reason {text},
    origin {text} NOT NULL,
    source {text},
    line {int}
);

-- What somebody must look at. person is null for rows that are nobody's and for employers. detail is personal.
CREATE TABLE finding (
    id {key},
    person {int},
    rev_from {int} NOT NULL,
    rev_to {int} NOT NULL,
    kind {text} NOT NULL,
    subject {text},
    area {text} NOT NULL,
    detail {text},
    origin {text} NOT NULL,
    source {text},
    line {int},
    other_source {text},
    other_line {int}
);

-- Employers. digest as of people.
CREATE TABLE unit (
    id {int} NOT NULL,
    rev_from {int} NOT NULL,
    rev_to {int} NOT NULL,
    credit_code {text},
    registration_number {text},
    name {text},
    type {text},
    address {text},
    county {text},
    registered {int} NOT NULL,
    insured {int} NOT NULL,
    insured_people {int} NOT NULL,
    category {text} NOT NULL,
    identity {int} NOT NULL,
    digest {int} NOT NULL,
    PRIMARY KEY (id, rev_from)
);

-- How many current people there are by finest area, category, scheme with a live row, and kind of finding; a blank
-- scheme or kind counts everybody. Changed in the transaction that changes people.
CREATE TABLE counter (
    area {text} NOT NULL,
    category {text} NOT NULL,
    scheme {text} NOT NULL,
    finding {text} NOT NULL,
    people {int} NOT NULL,
    PRIMARY KEY (area, category, scheme, finding)
);
