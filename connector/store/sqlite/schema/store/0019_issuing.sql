-- What an issuer keeps: requests of holders, the credentials that it has signed, and its status lists.
CREATE TABLE credential_requests (
    place      INTEGER PRIMARY KEY AUTOINCREMENT,
    owner      TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    holder     TEXT NOT NULL,
    holder_pid TEXT,
    state      TEXT NOT NULL,
    due_at     INTEGER,
    ended_at   INTEGER,
    body       BLOB NOT NULL,
    UNIQUE (owner, id),
    UNIQUE (owner, holder, holder_pid)
) STRICT;
CREATE INDEX credential_requests_in_order ON credential_requests (owner, place);
CREATE INDEX credential_requests_by_state ON credential_requests (owner, state, place);
CREATE INDEX credential_requests_by_holder ON credential_requests (owner, holder, place);
CREATE INDEX credential_requests_of_holder ON credential_requests (owner, holder, state, place);
CREATE INDEX credential_requests_due ON credential_requests (owner, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX credential_requests_ended ON credential_requests (owner, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE issued_credentials (
    place       INTEGER PRIMARY KEY AUTOINCREMENT,
    owner       TEXT NOT NULL,
    id          TEXT NOT NULL,
    version     INTEGER NOT NULL,
    holder      TEXT NOT NULL,
    request     TEXT NOT NULL,
    list        INTEGER NOT NULL,
    entry       INTEGER NOT NULL,
    standing    TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    body        BLOB NOT NULL,
    UNIQUE (owner, id),
    UNIQUE (owner, list, entry)
) STRICT;
CREATE INDEX issued_credentials_in_order ON issued_credentials (owner, place);
CREATE INDEX issued_credentials_by_holder ON issued_credentials (owner, holder, place);
CREATE INDEX issued_credentials_by_request ON issued_credentials (owner, request, place);
CREATE INDEX issued_credentials_ended ON issued_credentials (owner, list, standing, entry);
CREATE INDEX issued_credentials_by_end ON issued_credentials (owner, valid_until);

CREATE TABLE status_lists (
    owner  TEXT NOT NULL,
    number INTEGER NOT NULL,
    taken  INTEGER NOT NULL,
    PRIMARY KEY (owner, number)
) STRICT, WITHOUT ROWID;
