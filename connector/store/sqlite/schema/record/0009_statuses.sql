-- The status lists that pushed self-descriptions name: each description with its bits.
CREATE TABLE description_statuses (
    participant TEXT NOT NULL,
    list        TEXT NOT NULL,
    name        TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    bit         INTEGER NOT NULL,
    PRIMARY KEY (participant, list, name, purpose, bit)
) STRICT, WITHOUT ROWID;
CREATE INDEX description_statuses_of_one ON description_statuses (name);
