-- Papers of a change that were handed in as a file. The file itself stands in the data folder, encrypted under a key that
-- follows from the registry's key file and from its content; what it is called there follows from both, too. sha256: of the
-- content, as it stands in the request's evidence; media: what its first bytes say it is.
CREATE TABLE scan (
    request {key},
    sha256 {bytes} NOT NULL,
    bytes {int} NOT NULL,
    media {text} NOT NULL
);
