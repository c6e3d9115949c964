-- Who sees an entry. A visibility class has the entries of one access policy, or their teasers (`reduced`): it counts its own
-- arrivals and changes, so that no number that a caller sees depends on entries that the caller does not see. A class
-- begins to count at the time in ms, so that one that was forgotten and comes again does not repeat its numbers.

CREATE TABLE classes (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    key      TEXT NOT NULL UNIQUE,
    reduced  INTEGER NOT NULL,
    audience BLOB NOT NULL,
    arrivals INTEGER NOT NULL,
    changes  INTEGER NOT NULL
) STRICT;
INSERT INTO classes (number, key, reduced, audience, arrivals, changes)
SELECT 0, '', 0, X'', coalesce(max(place), 0), coalesce(max(seq), 0) FROM entries;

-- `arrival` and `change` are the place and the change number within the class. An entry that gets another audience is
-- removed from its class and arrives in another one.
ALTER TABLE entries ADD COLUMN visibility INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
UPDATE entries SET arrival = place, change = seq;

DROP INDEX entries_id;
DROP INDEX entries_claimed;
DROP INDEX entries_listed;
DROP INDEX entries_of_one;
DROP INDEX entries_of_one_changed;
DROP INDEX entries_present;
CREATE UNIQUE INDEX entries_id ON entries (participant, id, visibility);
CREATE INDEX entries_arrived ON entries (visibility, arrival);
CREATE INDEX entries_changed ON entries (visibility, change, seq);
CREATE INDEX entries_changed_at ON entries (visibility, changed_at, change);
-- The present entries of a class in the order of their arrival, without the tombstones between them.
CREATE INDEX entries_listed_in_class ON entries (visibility, place) WHERE removed_at IS NULL;
-- The lists that are counted: of all or of one participant, in the order of arrival and of the last change.
CREATE INDEX entries_listed ON entries (place, visibility) WHERE removed_at IS NULL;
CREATE INDEX entries_present ON entries (changed_at, place, visibility) WHERE removed_at IS NULL;
CREATE INDEX entries_of_one ON entries (participant, place, visibility) WHERE removed_at IS NULL;
CREATE INDEX entries_of_one_changed ON entries (participant, changed_at, place, visibility) WHERE removed_at IS NULL;
-- Who listed an identifier first, for everybody to see: tombstones among them.
CREATE INDEX entries_claimed ON entries (visibility, id, place, participant);

-- How many entries of a class a participant has now.
CREATE TABLE holdings (
    participant TEXT NOT NULL,
    visibility  INTEGER NOT NULL,
    datasets    INTEGER NOT NULL,
    PRIMARY KEY (participant, visibility)
) STRICT, WITHOUT ROWID;
CREATE INDEX holdings_of_class ON holdings (visibility, participant, datasets);
INSERT INTO holdings (participant, visibility, datasets)
SELECT participant, 0, count(*) FROM entries WHERE removed_at IS NULL GROUP BY participant;

-- The boxes of present entries, each with the class of its entry.
CREATE TABLE moved_areas AS SELECT id, west, east, south, north FROM areas;
DROP TABLE areas;
CREATE VIRTUAL TABLE areas USING rtree (id, west, east, south, north, +visibility INTEGER);
INSERT INTO areas (id, west, east, south, north, visibility)
SELECT id, west, east, south, north, 0 FROM moved_areas;
DROP TABLE moved_areas;
