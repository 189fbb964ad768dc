-- What a program asked for and got done (幂等): by the account and the keyed hash of the name that the program gave its
-- request. digest: the keyed hash of all that was asked. seq: the change's entry on the audit, written in the same
-- transaction. Kept for a day.
CREATE TABLE receipt (
    account {int} NOT NULL,
    hash {bytes} NOT NULL,
    digest {bytes} NOT NULL,
    seq {int} NOT NULL,
    made_at {int} NOT NULL,
    PRIMARY KEY (account, hash)
);
CREATE INDEX receipt_made ON receipt (made_at);
