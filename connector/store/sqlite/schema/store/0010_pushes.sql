-- What this participant has pushed to a broker: one row for each self-description.
CREATE TABLE pushes (
    place    INTEGER PRIMARY KEY,
    owner    TEXT NOT NULL,
    subject  TEXT NOT NULL,
    state    TEXT NOT NULL,
    renew_at INTEGER NOT NULL,
    body     BLOB NOT NULL,
    UNIQUE (owner, subject)
) STRICT;
CREATE INDEX pushes_due ON pushes (owner, renew_at);
CREATE INDEX pushes_by_state ON pushes (owner, state);
