-- The self-descriptions that participants pushed: secured credentials, byte for byte, until they expire.

CREATE TABLE descriptions (
    place       INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    participant TEXT NOT NULL,
    subject     TEXT NOT NULL,
    key         TEXT NOT NULL,
    size        INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    body        BLOB NOT NULL
) STRICT;
-- Those of one participant in the order of their subjects, and how much they are.
CREATE UNIQUE INDEX descriptions_of_one ON descriptions (participant, subject, size);
CREATE INDEX descriptions_until ON descriptions (expires_at);
CREATE INDEX descriptions_signed ON descriptions (participant, key);
