-- Areas by command, and employers found.

-- origin says whose word the name and the parent are: extract (a run's), or hand, which no run undoes. revision: what made
-- or last changed the version. Who manages an area (reporting) is always a hand's to say, and is no part of origin.
ALTER TABLE area ADD COLUMN origin {text} NOT NULL DEFAULT 'extract';
ALTER TABLE area ADD COLUMN revision {int} NOT NULL DEFAULT 0;
UPDATE area SET revision = COALESCE((SELECT MAX(apply.revision) FROM apply WHERE apply.as_of = area.valid_from), 0);

-- Made after the first load, as those of people are.
CREATE INDEX unit_credit ON unit (credit_code);
CREATE INDEX unit_registration ON unit (registration_number);
CREATE INDEX enrolment_unit ON enrolment (unit_code) WHERE unit_code IS NOT NULL;
CREATE INDEX enrolment_unit_name ON enrolment (unit_name) WHERE unit_name IS NOT NULL;
