-- Every listing has an index for its filters. `outcome` is the state in which a process has ended, or empty while it is
-- open. It changes once, so an index that ends with it is written twice for each process, not with each state; a list
-- of all states merges the outcomes.
ALTER TABLE processes ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
UPDATE processes SET outcome = state WHERE ended = 1;
DROP INDEX processes_open;
DROP INDEX processes_listed;
DROP INDEX processes_by_state;
DROP INDEX processes_by_peer;
DROP INDEX processes_by_dataset;
DROP INDEX processes_by_agreement;
ALTER TABLE processes DROP COLUMN ended;
CREATE INDEX processes_listed ON processes (owner, kind, outcome);
CREATE INDEX processes_by_state ON processes (owner, kind, state) WHERE outcome = '';
CREATE INDEX processes_by_peer ON processes (owner, kind, peer, outcome);
CREATE INDEX processes_by_dataset ON processes (owner, kind, dataset, outcome);
CREATE INDEX negotiations_by_both ON processes (owner, peer, dataset, outcome) WHERE kind = 'negotiation';
CREATE INDEX transfers_by_agreement ON processes (owner, agreement_key, outcome) WHERE kind = 'transfer';
CREATE INDEX transfers_by_both ON processes (owner, peer, agreement_key, outcome) WHERE kind = 'transfer';

CREATE INDEX agreements_by_both ON agreements (owner, dataset, counterparty);
-- In force: this side is the provider, it is final, and not withdrawn.
CREATE INDEX agreements_in_force ON agreements (owner, dataset)
WHERE key = id AND finalized_at IS NOT NULL AND withdrawn_at IS NULL;

-- How many agreements of each dataset are in force, kept with each change.
CREATE TABLE agreement_counts (
    owner    TEXT NOT NULL,
    dataset  TEXT NOT NULL,
    in_force INTEGER NOT NULL,
    PRIMARY KEY (owner, dataset)
) STRICT, WITHOUT ROWID;
INSERT INTO agreement_counts (owner, dataset, in_force)
SELECT owner, dataset, count(*) FROM agreements
WHERE key = id AND finalized_at IS NOT NULL AND withdrawn_at IS NULL GROUP BY owner, dataset;

CREATE INDEX consents_of_both ON consents (owner, subject, dataset);

-- The entries for one transfer, without those for all others under its agreement.
DROP INDEX duties_of_agreement;
CREATE INDEX duties_by_occasion ON duties (owner, agreement_id, occasion);
