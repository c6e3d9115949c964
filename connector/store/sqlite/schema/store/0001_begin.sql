-- One connector's state. Every row names its owner. `place` is the order of creation, which listings and cursors use.
-- Columns are what is searched for; `body` holds the whole value.

CREATE TABLE processes (
    place        INTEGER PRIMARY KEY,
    owner        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    id           TEXT NOT NULL,
    role         TEXT NOT NULL,
    peer         TEXT NOT NULL,
    peer_pid     TEXT,
    state        TEXT,
    ended        INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    due_at       INTEGER,
    dataset      TEXT NOT NULL,
    agreement_id TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX processes_id ON processes (owner, kind, id);
CREATE UNIQUE INDEX processes_peer_pid ON processes (owner, kind, role, peer, peer_pid) WHERE peer_pid IS NOT NULL;
CREATE INDEX processes_due ON processes (owner, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX processes_open ON processes (owner, peer) WHERE ended = 0;
CREATE INDEX processes_listed ON processes (owner, kind);
CREATE INDEX processes_by_state ON processes (owner, kind, state);
CREATE INDEX processes_by_peer ON processes (owner, kind, peer);
CREATE INDEX processes_by_dataset ON processes (owner, kind, dataset);
CREATE INDEX processes_by_agreement ON processes (owner, kind, agreement_id) WHERE agreement_id IS NOT NULL;

CREATE TABLE assets (
    place   INTEGER PRIMARY KEY,
    owner   TEXT NOT NULL,
    id      TEXT NOT NULL,
    status  TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX assets_id ON assets (owner, id);
CREATE INDEX assets_listed ON assets (owner);
CREATE INDEX assets_by_status ON assets (owner, status);

-- Every offer identifier that an asset ever had, so that an answer to an older offer still finds its asset.
CREATE TABLE offers (
    owner    TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    PRIMARY KEY (owner, offer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE agreements (
    place        INTEGER PRIMARY KEY,
    owner        TEXT NOT NULL,
    id           TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX agreements_id ON agreements (owner, id);
CREATE INDEX agreements_listed ON agreements (owner);
CREATE INDEX agreements_by_dataset ON agreements (owner, dataset);
CREATE INDEX agreements_by_counterparty ON agreements (owner, counterparty);

-- AUTOINCREMENT: holds go, and the place of one that went must not come back below a cursor.
CREATE TABLE holds (
    place      INTEGER PRIMARY KEY AUTOINCREMENT,
    owner      TEXT NOT NULL,
    process_id TEXT NOT NULL,
    body       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX holds_process ON holds (owner, process_id);
CREATE INDEX holds_listed ON holds (owner);

CREATE TABLE backoffs (
    owner    TEXT NOT NULL,
    peer     TEXT NOT NULL,
    failures INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    PRIMARY KEY (owner, peer)
) STRICT, WITHOUT ROWID;

CREATE TABLE replay_keys (
    owner      TEXT NOT NULL,
    issuer     TEXT NOT NULL,
    jti        TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (owner, issuer, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_keys_expiry ON replay_keys (expires_at);

CREATE TABLE flows (
    place      INTEGER PRIMARY KEY,
    owner      TEXT NOT NULL,
    id         TEXT NOT NULL,
    state      TEXT NOT NULL,
    token_hash TEXT,
    body       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX flows_id ON flows (owner, id);
CREATE INDEX flows_by_state ON flows (owner, state);
CREATE INDEX flows_by_token ON flows (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE leases (
    owner        TEXT NOT NULL,
    flow_id      TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    valid_until  INTEGER,
    max_bytes    INTEGER,
    max_uses     INTEGER,
    decision     BLOB NOT NULL,
    PRIMARY KEY (owner, flow_id)
) STRICT;

CREATE TABLE usage (
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    bytes_moved  INTEGER NOT NULL,
    uses         INTEGER NOT NULL,
    PRIMARY KEY (owner, agreement_id)
) STRICT, WITHOUT ROWID;

-- Append only: the duty ledger. `occasion` is the transfer that a duty was performed for, or empty.
CREATE TABLE duties (
    place        INTEGER PRIMARY KEY,
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    duty         TEXT NOT NULL,
    state        TEXT NOT NULL,
    occasion     TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX duties_entry ON duties (owner, agreement_id, duty, state, occasion);
CREATE INDEX duties_of_agreement ON duties (owner, agreement_id);

-- The duties that wait for their deadline, found without reading the ledger.
CREATE TABLE deadlines (
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    duty         TEXT NOT NULL,
    deadline     INTEGER NOT NULL,
    body         BLOB NOT NULL,
    PRIMARY KEY (owner, agreement_id, duty)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_due ON deadlines (owner, deadline);

-- Append only. `position` is the leaf's place in its owner's Merkle tree, given in the order of the commits.
CREATE TABLE leaves (
    place      INTEGER PRIMARY KEY,
    owner      TEXT NOT NULL,
    position   INTEGER NOT NULL,
    id         TEXT NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    process_id TEXT NOT NULL,
    body       BLOB NOT NULL,
    salt       BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX leaves_position ON leaves (owner, position);
CREATE INDEX leaves_by_process ON leaves (owner, process_id, position);
