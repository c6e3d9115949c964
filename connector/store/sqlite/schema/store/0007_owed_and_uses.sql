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

-- A flow that has ended needs no parts of its use.
DELETE FROM use_parts WHERE NOT EXISTS (
    SELECT 1 FROM flows f
    WHERE f.owner = use_parts.owner AND f.id = use_parts.flow_id AND f.state NOT IN ('COMPLETED', 'TERMINATED')
);
-- Entity tags of an earlier release have another form: what is read next counts as the data of a use that is under way.
-- Data without one may be begun three times more.
UPDATE use_parts SET body = with_member(body, 'version', '*') WHERE member(body, 'version') <> '';
UPDATE use_parts SET body = with_member(body, 'starts', 0) WHERE member(body, 'version') = '';

-- The uses that a clock that was ahead has dated.
CREATE INDEX recent_uses_by_second ON recent_uses (owner, second);
CREATE INDEX uses_by_time ON uses (owner, at);
