-- The board: `place` and `number` only grow.

CREATE TABLE needs (
    place  INTEGER PRIMARY KEY AUTOINCREMENT,
    id     TEXT NOT NULL,
    owner  TEXT NOT NULL,
    opens  INTEGER NOT NULL,
    closes INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    -- Whether it was compared with the offers that were there when it was changed at this time.
    changed INTEGER NOT NULL,
    told   INTEGER NOT NULL,
    body   BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX needs_id ON needs (id);
CREATE INDEX needs_of_owner ON needs (owner, place);
CREATE INDEX needs_not_closed ON needs (place) WHERE closed = 0;
CREATE INDEX needs_untold ON needs (place) WHERE told = 0;

CREATE TABLE answers (
    place       INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL,
    need        TEXT NOT NULL,
    participant TEXT NOT NULL,
    body        BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX answers_id ON answers (id);
CREATE INDEX answers_of_need ON answers (need, place);

-- `key` says what a notice is about: the same is told once.
CREATE TABLE notices (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    participant TEXT NOT NULL,
    key         TEXT NOT NULL,
    body        BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX notices_told ON notices (participant, key);
CREATE INDEX notices_of_one ON notices (participant, number);

CREATE TABLE searches (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id    TEXT NOT NULL,
    owner TEXT NOT NULL,
    feed  TEXT NOT NULL,
    body  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX searches_id ON searches (id);
CREATE UNIQUE INDEX searches_feed ON searches (feed);
CREATE INDEX searches_of_owner ON searches (owner, place);

-- The change number of the record up to which needs were compared with it.
CREATE TABLE followed (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO followed (id, seq) VALUES (1, 0);
