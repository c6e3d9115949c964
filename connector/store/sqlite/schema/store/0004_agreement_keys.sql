-- An agreement has a key of this side: its identifier, after the provider's name where the provider chose it. So a
-- partner names no agreement of somebody else. `member` and `with_member` read and write the values in `body`.
ALTER TABLE agreements ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE agreements ADD COLUMN finalized_at INTEGER;
ALTER TABLE agreements ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE agreements ADD COLUMN withdrawn_because TEXT NOT NULL DEFAULT '';
UPDATE agreements SET
    key = CASE member(body, 'role') WHEN 'consumer' THEN counterparty || ' ' || id ELSE id END,
    finalized_at = member(body, 'finalized_at'),
    withdrawn_at = member(body, 'withdrawn_at'),
    withdrawn_because = coalesce(member(body, 'withdrawn_because'), '');
DROP INDEX agreements_id;
CREATE UNIQUE INDEX agreements_key ON agreements (owner, key);
CREATE INDEX agreements_named ON agreements (owner, id);

ALTER TABLE processes RENAME COLUMN agreement_id TO agreement_key;
UPDATE processes SET agreement_key = peer || ' ' || agreement_key
WHERE role = 'consumer' AND agreement_key IS NOT NULL;

-- What belongs to a received agreement follows it to its key.
CREATE TEMP TABLE moved AS SELECT owner, id, key FROM agreements WHERE key <> id;
CREATE UNIQUE INDEX temp.moved_id ON moved (owner, id);
UPDATE usage SET agreement_id = m.key FROM moved m WHERE m.owner = usage.owner AND m.id = usage.agreement_id;
UPDATE recent_uses SET agreement_id = m.key FROM moved m
WHERE m.owner = recent_uses.owner AND m.id = recent_uses.agreement_id;
UPDATE leases SET agreement_id = m.key FROM moved m WHERE m.owner = leases.owner AND m.id = leases.agreement_id;
UPDATE duties SET agreement_id = m.key, body = with_member(body, 'agreement_id', m.key) FROM moved m
WHERE m.owner = duties.owner AND m.id = duties.agreement_id;
UPDATE deadlines SET agreement_id = m.key, body = with_member(body, 'agreement_id', m.key) FROM moved m
WHERE m.owner = deadlines.owner AND m.id = deadlines.agreement_id;
UPDATE flows SET body = with_member(body, 'agreement_id', m.key) FROM moved m
WHERE m.owner = flows.owner AND m.id = member(flows.body, 'agreement_id');
DROP TABLE moved;
