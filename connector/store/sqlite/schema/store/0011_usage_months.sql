-- What an agreement is for, as a list in JSON, and the sums of each month: kept in the commit that changes them.
ALTER TABLE agreements ADD COLUMN purposes TEXT NOT NULL DEFAULT '[]';
UPDATE agreements SET purposes = purposes(member(body, 'document'));

CREATE TABLE usage_months (
    place        INTEGER PRIMARY KEY,
    owner        TEXT NOT NULL,
    month        TEXT NOT NULL,
    providing    INTEGER NOT NULL,
    dataset      TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    purposes     TEXT NOT NULL,
    agreements   INTEGER NOT NULL,
    deliveries   INTEGER NOT NULL,
    bytes_moved  INTEGER NOT NULL,
    denied       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX usage_months_key ON usage_months (owner, providing, month, dataset, counterparty, purposes);
CREATE INDEX usage_months_listed ON usage_months (owner, providing, month);

-- What was counted before: the parts of all sums, in the order of their months.
CREATE TEMP TABLE counted AS
SELECT owner, key, finalized_at AS at, 1 AS agreements, 0 AS deliveries, 0 AS bytes_moved, 0 AS denied
FROM agreements WHERE finalized_at IS NOT NULL
UNION ALL SELECT owner, agreement_id, at, 0, 1, bytes_moved, 0 FROM uses
UNION ALL SELECT l.owner, p.agreement_key, l.at, 0, 0, 0, 1
FROM leaves l JOIN processes p ON p.owner = l.owner AND p.kind = 'transfer' AND p.id = l.process_id
WHERE l.kind = 'decided terminate' AND p.role = 'provider'
AND CASE WHEN json_valid(CAST(l.body AS TEXT)) THEN CAST(l.body AS TEXT) ->> '$.fields.judged.verdict' END = 'deny';
INSERT INTO usage_months
(owner, month, providing, dataset, counterparty, purposes, agreements, deliveries, bytes_moved, denied)
SELECT a.owner, local_month(c.at), a.key = a.id, a.dataset, a.counterparty, a.purposes,
    sum(c.agreements), sum(c.deliveries), sum(c.bytes_moved), sum(c.denied)
FROM counted c JOIN agreements a ON a.owner = c.owner AND a.key = c.key
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 2;
DROP TABLE counted;
