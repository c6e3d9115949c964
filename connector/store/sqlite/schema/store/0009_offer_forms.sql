-- Offers that people are filling in on the pages, before they are assets.
CREATE TABLE offer_forms (
    owner   TEXT NOT NULL,
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;
