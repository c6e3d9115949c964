-- The duties that were not done in time, found without reading the ledger.
CREATE INDEX duties_violated ON duties (owner, agreement_id, duty) WHERE state = 'violated';
