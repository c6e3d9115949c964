-- Append only: every use that has begun, with the bytes that moved for it. `providing` is 1 at the provider.
CREATE TABLE uses (
    place        INTEGER PRIMARY KEY,
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    flow_id      TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    dataset      TEXT NOT NULL,
    providing    INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    bytes_moved  INTEGER NOT NULL
) STRICT;
CREATE INDEX uses_listed ON uses (owner);
CREATE INDEX uses_of_agreement ON uses (owner, agreement_id);
CREATE INDEX uses_of_flow ON uses (owner, flow_id);
CREATE INDEX uses_of_counterparty ON uses (owner, providing, counterparty, dataset, at);

-- The deliveries of the newest use of a flow, so that it can be continued after a restart.
CREATE TABLE use_parts (
    owner   TEXT NOT NULL,
    flow_id TEXT NOT NULL,
    part    TEXT NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, flow_id, part)
) STRICT, WITHOUT ROWID;

-- The limits of uses of a counterparty within periods (JSON), part of the lease.
ALTER TABLE leases ADD COLUMN max_within BLOB NOT NULL DEFAULT x'7b7d';

-- The participants that this one has excluded.
CREATE TABLE blocks (
    owner       TEXT NOT NULL,
    participant TEXT NOT NULL,
    at          INTEGER NOT NULL,
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (owner, participant)
) STRICT, WITHOUT ROWID;
