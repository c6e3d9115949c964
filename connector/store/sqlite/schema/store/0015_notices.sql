-- What people are told, in the order of numbers that are never given again, and how far each person was told.
CREATE TABLE notices (
    place    INTEGER PRIMARY KEY AUTOINCREMENT,
    owner    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    occasion TEXT NOT NULL,
    at       INTEGER NOT NULL,
    body     BLOB NOT NULL,
    UNIQUE (owner, kind, subject, occasion)
) STRICT;
CREATE INDEX notices_listed ON notices (owner);

CREATE TABLE notice_readers (
    owner   TEXT NOT NULL,
    user    TEXT NOT NULL,
    channel TEXT NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, user, channel)
) STRICT, WITHOUT ROWID;
