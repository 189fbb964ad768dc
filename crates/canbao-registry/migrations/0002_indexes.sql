-- Ways to find people. Made after the first load of a city, which is quicker than keeping them on the way.
CREATE INDEX person_area ON person (area, person);
CREATE INDEX person_category ON person (category, area, person);
CREATE INDEX person_name ON person (name_hash, area);
CREATE INDEX person_surname ON person (surname_hash, area);
CREATE INDEX person_household ON person (household_hash);
CREATE INDEX person_phone ON person (phone_hash);
CREATE INDEX number_hash ON number (hash);
CREATE INDEX number_person ON number (person);
CREATE INDEX enrolment_person ON enrolment (person);
CREATE INDEX finding_person ON finding (person);
