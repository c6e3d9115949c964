-- What the people who protect personal data look through: offers of it, duties that are late, consents as they stand,
-- and the links to a person's own consents.
ALTER TABLE assets ADD COLUMN personal INTEGER NOT NULL DEFAULT 0;
-- The marking is in a part of the body, as the name and one of three words.
UPDATE assets SET personal = 1 WHERE member(body, 'data_class') = 'personal'
OR instr(body, X'A76D61726B696E67A8706572736F6E616C') > 0
OR instr(body, X'A76D61726B696E67AD70736575646F6E796D69736564') > 0
OR instr(body, X'A76D61726B696E67A77370656369616C') > 0;
CREATE INDEX assets_personal ON assets (owner) WHERE personal = 1;

-- A duty that was not performed in time, until it is done; the place of one that is done must not come back.
CREATE TABLE late_duties (
    place        INTEGER PRIMARY KEY AUTOINCREMENT,
    owner        TEXT NOT NULL,
    agreement_id TEXT NOT NULL,
    duty         TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX late_duties_of ON late_duties (owner, agreement_id, duty);
CREATE INDEX late_duties_listed ON late_duties (owner);
INSERT INTO late_duties (owner, agreement_id, duty, body)
SELECT owner, agreement_id, duty, body FROM duties AS late
WHERE state = 'violated' AND occasion = '' AND NOT EXISTS (
    SELECT 1 FROM duties WHERE owner = late.owner AND agreement_id = late.agreement_id AND duty = late.duty
    AND state IN ('settled', 'fulfilled') AND occasion = ''
) ORDER BY place;

ALTER TABLE consent_standing ADD COLUMN state TEXT NOT NULL DEFAULT '';
UPDATE consent_standing SET state = member(body, 'state');
CREATE INDEX consent_standing_listed ON consent_standing (owner, place);
CREATE INDEX consent_standing_by_state ON consent_standing (owner, state, place);
CREATE INDEX consent_standing_by_dataset ON consent_standing (owner, dataset, place);
CREATE INDEX consent_standing_by_both ON consent_standing (owner, dataset, state, place);

-- One link a person; a new one replaces it.
CREATE TABLE consent_links (
    owner      TEXT NOT NULL,
    subject    TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    until      INTEGER NOT NULL,
    PRIMARY KEY (owner, subject)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX consent_links_by_token ON consent_links (owner, token_hash);
CREATE INDEX consent_links_until ON consent_links (owner, until);
