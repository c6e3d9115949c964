-- The journals of streams: what arrived at a source without an end, until its limits of age, number and size.
CREATE TABLE journals (
    number INTEGER PRIMARY KEY,
    owner  TEXT NOT NULL,
    id     TEXT NOT NULL,
    body   BLOB NOT NULL,
    UNIQUE (owner, id)
) STRICT;

CREATE TABLE journal_entries (
    journal  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    lost     TEXT NOT NULL,
    count    INTEGER NOT NULL,
    data     BLOB NOT NULL,
    PRIMARY KEY (journal, position)
) STRICT;
