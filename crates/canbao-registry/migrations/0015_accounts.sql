-- People who work with the system in a browser, and programs that speak to its API.

-- login: lower case. area: the code of the area that they answer for, the city's for city-wide roles, blank where there
-- were no areas yet. sources: the kinds of extract that a reporter delivers, separated by spaces. password: argon2id, as a
-- PHC string. factor: the second factor's secret, encrypted under a key that follows from the registry's key file;
-- factor_new: one that waits to be confirmed; factor_step: the last step of time whose code was used. strike: where wrong
-- passwords are counted. Accounts are never deleted.
CREATE TABLE account (
    id {key},
    login {text} NOT NULL,
    name {text} NOT NULL,
    role {text} NOT NULL,
    area {text} NOT NULL,
    department {text},
    sources {text} NOT NULL,
    password {text} NOT NULL,
    must_change {int} NOT NULL,
    factor {bytes},
    factor_new {bytes},
    factor_step {int} NOT NULL,
    second_factor {int} NOT NULL,
    disabled {int} NOT NULL,
    strike {bytes} NOT NULL,
    last_login {int},
    made_at {int} NOT NULL,
    made_by {text} NOT NULL
);
CREATE UNIQUE INDEX account_login ON account (login);

-- Wrong passwords in a row, by the keyed hash of the login that was given: logins that nobody has are counted and locked
-- as others are, so nothing tells which there are. lockings: how often in a row it was locked.
CREATE TABLE strike (
    hash {bytes} NOT NULL PRIMARY KEY,
    failures {int} NOT NULL,
    lockings {int} NOT NULL,
    locked_until {int},
    last_at {int} NOT NULL
);
CREATE INDEX strike_last ON strike (last_at);

-- Who is logged in: of the token only its hash. passed: whether the second factor was given.
CREATE TABLE session (
    hash {bytes} NOT NULL PRIMARY KEY,
    account {int} NOT NULL,
    begun {int} NOT NULL,
    seen {int} NOT NULL,
    passed {int} NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_begun ON session (begun);

-- Programs that speak to the API in an account's name: of the secret only its hash; scopes separated by spaces.
CREATE TABLE api_token (
    id {key},
    account {int} NOT NULL,
    name {text} NOT NULL,
    hash {bytes} NOT NULL,
    scopes {text} NOT NULL,
    made_at {int} NOT NULL,
    made_by {text} NOT NULL,
    expires {int} NOT NULL,
    used {int},
    revoked {int}
);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);
CREATE INDEX api_token_account ON api_token (account);
