-- The house-to-house survey (入户调查): who is to be visited and by whom, what was said there, what became of it.

-- One row. seq: the number of the last change of a task or household; a device asks for what changed behind a number.
-- reconciled: the revision up to which open tasks were held against the record.
CREATE TABLE survey_state (
    one {int} NOT NULL PRIMARY KEY CHECK (one = 1),
    seq {int} NOT NULL,
    reconciled {int} NOT NULL
);
INSERT INTO survey_state (one, seq, reconciled) VALUES (1, 0, 0);

-- Rounds (批次). kind: people, units, supplement (who came to be visited later), spot (found on the spot). wanted: categories
-- and populations, as JSON without personal data. revision: what the record showed.
CREATE TABLE survey_round (
    id {key},
    name {text} NOT NULL,
    kind {text} NOT NULL,
    area {text} NOT NULL,
    wanted {text} NOT NULL,
    due {text},
    tasks {int} NOT NULL,
    households {int} NOT NULL,
    revision {int} NOT NULL,
    made_by {text} NOT NULL,
    made_at {int} NOT NULL
);

-- To which areas a round has been passed on (下发), and until when they have time: counties, towns, villages, each by the
-- one above. Collectors see what has reached their village.
CREATE TABLE survey_stage (
    round {int} NOT NULL,
    area {text} NOT NULL,
    due {text},
    by_whom {text} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (round, area)
);

-- Households that hold somebody to be visited. mark: the random key by which devices and papers know it. hash: the keyed hash
-- of its number, else of its address; 0 for somebody who is alone, or a household found on the spot. live: tasks that are not
-- exempt; visited: whether somebody of it was asked after.
CREATE TABLE survey_household (
    id {key},
    mark {text} NOT NULL,
    village {text} NOT NULL,
    hash {int} NOT NULL,
    added {int} NOT NULL,
    live {int} NOT NULL,
    visited {int} NOT NULL,
    seq {int} NOT NULL
);
CREATE UNIQUE INDEX survey_household_mark ON survey_household (mark);
CREATE INDEX survey_household_place ON survey_household (village, live, visited, hash);
CREATE INDEX survey_household_seq ON survey_household (seq);

-- Tasks (任务): one person, employer or row that is nobody's, to be visited. form: person, unit. issued: the area in which it
-- was issued; area: where it lies now. household: 0 for employers. collector: whose it is within the village; null for any of them. state: open,
-- submitted, returned, approved, exempt. outcome: the code that its form holds since it was handed in, blank before. category:
-- what the record said last. reason: why it is exempt; before: in which state it was until then. late: whether something came
-- in after it was over. version: of the form. checker: who checked it in the town. rev: what its known values are of.
CREATE TABLE survey_task (
    id {key},
    mark {text} NOT NULL,
    round {int} NOT NULL,
    household {int} NOT NULL,
    form {text} NOT NULL,
    person {int},
    unit {int},
    finding {int},
    issued {text} NOT NULL,
    area {text} NOT NULL,
    collector {int},
    state {text} NOT NULL,
    outcome {text} NOT NULL,
    category {text} NOT NULL,
    due {text},
    version {int} NOT NULL,
    reason {text} NOT NULL,
    before {text} NOT NULL,
    late {int} NOT NULL,
    checker {text},
    added {int} NOT NULL,
    submitted_at {int},
    submitted_by {text},
    rev {int} NOT NULL,
    seq {int} NOT NULL
);
CREATE UNIQUE INDEX survey_task_mark ON survey_task (mark);
CREATE INDEX survey_task_person ON survey_task (person);
CREATE INDEX survey_task_unit ON survey_task (unit) WHERE unit IS NOT NULL;
CREATE INDEX survey_task_finding ON survey_task (finding) WHERE finding IS NOT NULL;
CREATE INDEX survey_task_household ON survey_task (household);
CREATE INDEX survey_task_place ON survey_task (area, household, id, state);
CREATE INDEX survey_task_seq ON survey_task (seq);
-- hardly any
CREATE INDEX survey_task_late ON survey_task (area, household, id) WHERE late = 1;

-- How many tasks there are, changed in the transaction that changes them.
CREATE TABLE survey_tally (
    round {int} NOT NULL,
    form {text} NOT NULL,
    issued {text} NOT NULL,
    area {text} NOT NULL,
    state {text} NOT NULL,
    outcome {text} NOT NULL,
    tasks {int} NOT NULL,
    PRIMARY KEY (area, issued, round, form, state, outcome)
);
CREATE INDEX survey_tally_issued ON survey_tally (issued, area);

-- What a task is: each step with who, when and why. items: words of items with what was said of each, as JSON. says may be
-- personal.
CREATE TABLE survey_event (
    id {key},
    task {int} NOT NULL,
    kind {text} NOT NULL,
    at {int} NOT NULL,
    actor {text} NOT NULL,
    says {text} NOT NULL,
    items {text} NOT NULL
);
CREATE INDEX survey_event_task ON survey_event (task, id);

-- Answers, as versions that are never overwritten: what was said of an item, and which versions its maker saw. Versions that
-- no other names are the item's heads. subject: a task's or household's mark. value: JSON, personal. rev: what the record
-- showed then. device: blank for an office.
CREATE TABLE survey_item (
    op {text} NOT NULL PRIMARY KEY,
    subject {text} NOT NULL,
    item {text} NOT NULL,
    value {text} NOT NULL,
    bases {text} NOT NULL,
    at {int} NOT NULL,
    actor {text} NOT NULL,
    device {text} NOT NULL,
    rev {int} NOT NULL
);
CREATE INDEX survey_item_subject ON survey_item (subject, item);

-- Attempts to meet somebody. found: met, absent, phone. note is personal.
CREATE TABLE survey_visit (
    op {text} NOT NULL PRIMARY KEY,
    subject {text} NOT NULL,
    found {text} NOT NULL,
    note {text} NOT NULL,
    at {int} NOT NULL,
    actor {text} NOT NULL,
    device {text} NOT NULL
);
CREATE INDEX survey_visit_subject ON survey_visit (subject);

-- Pictures. The file stands in the data folder, encrypted; whole: whether all of it has come. gone: the operation that took
-- it away.
CREATE TABLE survey_photo (
    id {text} NOT NULL PRIMARY KEY,
    subject {text} NOT NULL,
    item {text} NOT NULL,
    sha256 {bytes} NOT NULL,
    bytes {int} NOT NULL,
    media {text} NOT NULL,
    whole {int} NOT NULL,
    at {int} NOT NULL,
    actor {text} NOT NULL,
    device {text} NOT NULL,
    gone {text}
);
CREATE INDEX survey_photo_subject ON survey_photo (subject);

-- Operations of devices, each applied once. number: the device's running number; state, says: what was answered.
CREATE TABLE survey_operation (
    id {text} NOT NULL PRIMARY KEY,
    device {text} NOT NULL,
    number {int} NOT NULL,
    kind {text} NOT NULL,
    subject {text} NOT NULL,
    at {int} NOT NULL,
    came_at {int} NOT NULL,
    state {text} NOT NULL,
    says {text} NOT NULL
);
CREATE INDEX survey_operation_device ON survey_operation (device, number);

-- Devices of collectors. secret: the server's part of what unlocks the device's data, encrypted under a key that follows from
-- the registry's key file. lost_at: since when it is shut out.
CREATE TABLE survey_device (
    id {text} NOT NULL PRIMARY KEY,
    account {int} NOT NULL,
    name {text} NOT NULL,
    secret {bytes} NOT NULL,
    made_at {int} NOT NULL,
    proved_at {int} NOT NULL,
    seen_at {int} NOT NULL,
    lost_at {int},
    lost_by {text}
);
CREATE INDEX survey_device_account ON survey_device (account);

-- Tasks on their way to another area, which accepts or returns them. state: pending, accepted, returned, withdrawn.
CREATE TABLE survey_transfer (
    id {key},
    task {int} NOT NULL,
    from_area {text} NOT NULL,
    to_area {text} NOT NULL,
    reason {text} NOT NULL,
    state {text} NOT NULL,
    maker {text} NOT NULL,
    made_at {int} NOT NULL,
    decider {text},
    decided_at {int},
    answer {text}
);
CREATE INDEX survey_transfer_state ON survey_transfer (state, to_area);
CREATE INDEX survey_transfer_task ON survey_transfer (task, id);

-- What approved answers say of people, beside their record: reasons, work, schooling. lost: the record knew something later,
-- so the answer was kept and not taken over. value is personal.
CREATE TABLE survey_result (
    id {key},
    person {int} NOT NULL,
    task {int} NOT NULL,
    item {text} NOT NULL,
    value {text} NOT NULL,
    told {text} NOT NULL,
    said_on {text} NOT NULL,
    lost {int} NOT NULL,
    ended {int}
);
CREATE INDEX survey_result_person ON survey_result (person, item);
CREATE INDEX survey_result_item ON survey_result (item, value);

-- Why an entry of a village's lists of what is missing may stand.
CREATE TABLE survey_explanation (
    id {key},
    village {text} NOT NULL,
    subject {text} NOT NULL,
    says {text} NOT NULL,
    actor {text} NOT NULL,
    at {int} NOT NULL
);
CREATE INDEX survey_explanation_village ON survey_explanation (village);

-- Villages that were closed (办结), and opened again. figures: the counts at that moment, as JSON; digest: over all tasks and
-- answers of the village, signed by whoever closed it with their password.
CREATE TABLE survey_closing (
    id {key},
    village {text} NOT NULL,
    closed_by {text} NOT NULL,
    closed_at {int} NOT NULL,
    figures {text} NOT NULL,
    digest {bytes} NOT NULL,
    opened_by {text},
    opened_at {int},
    reason {text}
);
CREATE INDEX survey_closing_village ON survey_closing (village, id);

-- Samples to be asked again (抽查), drawn by a seed: share in hundredths of a per cent. answers: what was found the second time,
-- as JSON, personal; agrees: items compared and equal.
CREATE TABLE survey_sample (
    id {key},
    area {text} NOT NULL,
    kind {text} NOT NULL,
    seed {text} NOT NULL,
    share {int} NOT NULL,
    of_tasks {int} NOT NULL,
    made_by {text} NOT NULL,
    made_at {int} NOT NULL
);
CREATE TABLE survey_recheck (
    id {key},
    sample {int} NOT NULL,
    task {int} NOT NULL,
    answers {text},
    compared {int} NOT NULL,
    equal {int} NOT NULL,
    actor {text},
    at {int}
);
CREATE INDEX survey_recheck_sample ON survey_recheck (sample, id);
CREATE INDEX survey_recheck_task ON survey_recheck (task);
