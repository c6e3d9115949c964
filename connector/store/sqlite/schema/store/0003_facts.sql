-- What our people know and say: payments of agreements, and events that have begun or are over. Append only.

CREATE TABLE payments (
    place        INTEGER PRIMARY KEY,
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE INDEX payments_of_agreement ON payments (owner, agreement_id);

CREATE TABLE events (
    place INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    name  TEXT NOT NULL,
    body  BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_name ON events (owner, name);

-- The uses of the last hour, by the second since the epoch, of agreements that limit them.
CREATE TABLE recent_uses (
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    second       INTEGER NOT NULL,
    uses         INTEGER NOT NULL,
    PRIMARY KEY (owner, agreement_id, second)
) STRICT, WITHOUT ROWID;

ALTER TABLE leases ADD COLUMN max_per_hour INTEGER;
