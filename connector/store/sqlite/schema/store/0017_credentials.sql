-- Credentials that this participant holds, and what issuers offer or were asked for.
CREATE TABLE credentials (
    owner   TEXT NOT NULL,
    key     TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE issuances (
    owner TEXT NOT NULL,
    id    TEXT NOT NULL,
    body  BLOB NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;
