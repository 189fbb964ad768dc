-- What is true of the registry as a whole. name: 'demo', everybody in it is invented, and it is served on loopback alone.
-- set_at: milliseconds since 1970 (UTC).
CREATE TABLE mark (
    name {text} PRIMARY KEY,
    set_at {int} NOT NULL
);
