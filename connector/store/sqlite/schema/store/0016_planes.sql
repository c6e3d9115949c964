-- The planes at the other end of the signaling, and the flows that another data plane has.
CREATE TABLE planes (
    owner TEXT NOT NULL,
    id    TEXT NOT NULL,
    body  BLOB NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE flows ADD COLUMN plane TEXT;
CREATE INDEX flows_of_plane ON flows (owner, plane, state) WHERE plane IS NOT NULL;
