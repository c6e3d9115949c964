-- What the present entries state to be, as keys; and the keys that entries of several participants have.
CREATE TABLE likenesses (
    key         TEXT NOT NULL,
    participant TEXT NOT NULL,
    place       INTEGER NOT NULL,
    visibility  INTEGER NOT NULL,
    PRIMARY KEY (key, participant, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX likenesses_of_entry ON likenesses (place);

CREATE TABLE shared_likenesses (
    key TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What an assessment of quality found of each source; the sums of all have no participant, and are put last.
CREATE TABLE assessments (
    participant TEXT NOT NULL,
    at          INTEGER NOT NULL,
    body        BLOB NOT NULL,
    PRIMARY KEY (participant, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX assessments_by_time ON assessments (at);

-- Catalogues are read again soon: their entries do not have the keys yet.
UPDATE sources SET body = with_member(with_member(body, 'digest', NULL), 'next_at', 0) WHERE liveness <> 'DEAD';
