-- What is done to the data of a flow on the way (JSON), part of its lease; empty for nothing.
ALTER TABLE leases ADD COLUMN treatment BLOB NOT NULL DEFAULT x'';

-- Append only: the consent register. `subject` is a keyed reference, `dataset` empty for all.
CREATE TABLE consents (
    place   INTEGER PRIMARY KEY,
    owner   TEXT NOT NULL,
    subject TEXT NOT NULL,
    dataset TEXT NOT NULL,
    purpose TEXT NOT NULL,
    body    BLOB NOT NULL
) STRICT;
CREATE INDEX consents_listed ON consents (owner);
CREATE INDEX consents_of_subject ON consents (owner, subject);
CREATE INDEX consents_of_dataset ON consents (owner, dataset);

-- The latest entry for each subject, dataset and purpose, found without reading the register.
CREATE TABLE consent_standing (
    owner   TEXT NOT NULL,
    subject TEXT NOT NULL,
    dataset TEXT NOT NULL,
    purpose TEXT NOT NULL,
    place   INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, subject, dataset, purpose)
) STRICT, WITHOUT ROWID;
