-- What the operator says of a source (`dataset` is empty) or of one entry, and the log of the acts.
CREATE TABLE marks (
    place       INTEGER PRIMARY KEY,
    participant TEXT NOT NULL,
    dataset     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    by          TEXT NOT NULL,
    at          INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX marks_id ON marks (participant, dataset, kind);
CREATE INDEX marks_of_one ON marks (participant, place);
CREATE INDEX marks_of_sources ON marks (dataset, participant, kind);

CREATE TABLE acts (
    place       INTEGER PRIMARY KEY,
    participant TEXT NOT NULL,
    body        BLOB NOT NULL
) STRICT;
CREATE INDEX acts_of_one ON acts (participant, place);

-- The sums of the searches of one day.
CREATE TABLE search_days (
    day  INTEGER NOT NULL PRIMARY KEY,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- 1: marked as a test, 2: withheld. Such a row has a time in `removed_at`, like a tombstone, and keeps its body.
ALTER TABLE entries ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
-- What providers offer, whether it is shown or not; and what is held of each class.
CREATE INDEX entries_offered ON entries (participant, id, visibility) WHERE removed_at IS NULL OR held > 0;
CREATE INDEX entries_held ON entries (held, visibility) WHERE held > 0;
CREATE INDEX entries_held_in_class ON entries (visibility) WHERE held > 0;
