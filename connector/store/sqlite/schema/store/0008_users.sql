-- The people who sign in to the pages, and their sessions.
CREATE TABLE users (
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    owner      TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user       TEXT NOT NULL,
    begun_at   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    PRIMARY KEY (owner, token_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (owner, user, seen_at);
