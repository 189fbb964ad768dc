-- Who looked at one person is asked for by the registry's identifier, which stands alone in the subject.
CREATE INDEX look_subject ON look (subject, seq);
