-- The broker's record. `place` is the order of arrival, `seq` the change number of an entry's last change: both only grow,
-- because no row is ever deleted; a removed entry stays as a tombstone without content.

CREATE TABLE sources (
    participant   TEXT NOT NULL PRIMARY KEY,
    liveness      TEXT NOT NULL,
    failing_since INTEGER,
    body          BLOB NOT NULL
) STRICT;

CREATE TABLE entries (
    place       INTEGER PRIMARY KEY,
    participant TEXT NOT NULL,
    id          TEXT NOT NULL,
    digest      TEXT NOT NULL,
    publisher   TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    verified_at INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    first_seen  INTEGER NOT NULL,
    removed_at  INTEGER,
    body        BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_id ON entries (participant, id);
CREATE UNIQUE INDEX entries_seq ON entries (seq);
CREATE INDEX entries_present ON entries (changed_at) WHERE removed_at IS NULL;
CREATE INDEX entries_by_publisher ON entries (publisher) WHERE removed_at IS NULL;

-- What an entry can be filtered by, exactly as sent: its keywords and themes.
CREATE TABLE labels (
    kind  TEXT NOT NULL,
    label TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (kind, label, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX labels_of_entry ON labels (place);

-- Folded words; rowid is the entry's place. The text is folded before it comes here, so that the tokenizer agrees.
CREATE VIRTUAL TABLE texts USING fts5 (
    title, keywords, themes, publisher, description,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
