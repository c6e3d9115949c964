-- What a person here has to do until a deadline, until it is done: found without reading the ledger. Of entries made
-- before, those of a consumer are taken, whose agreements are named after the provider.
CREATE TABLE owed (
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    duty         TEXT NOT NULL,
    deadline     INTEGER NOT NULL,
    body         BLOB NOT NULL,
    PRIMARY KEY (owner, agreement_id, duty)
) STRICT, WITHOUT ROWID;
CREATE INDEX owed_until ON owed (owner, deadline);
INSERT INTO owed SELECT owner, agreement_id, duty, deadline, body FROM deadlines WHERE instr(agreement_id, ' ') > 0;
INSERT OR IGNORE INTO owed
SELECT owner, agreement_id, duty, member(body, 'at'), body FROM duties AS late
WHERE state = 'violated' AND occasion = '' AND instr(agreement_id, ' ') > 0 AND NOT EXISTS (
    SELECT 1 FROM duties WHERE owner = late.owner AND agreement_id = late.agreement_id AND duty = late.duty
    AND state IN ('settled', 'fulfilled') AND occasion = ''
);
