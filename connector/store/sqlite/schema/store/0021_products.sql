-- Assets that are made by recipes, and the measured quality of the data of assets.
CREATE TABLE products (
    owner   TEXT NOT NULL,
    asset   TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (owner, asset)
) STRICT;

CREATE TABLE qualities (
    owner TEXT NOT NULL,
    asset TEXT NOT NULL,
    body  BLOB NOT NULL,
    PRIMARY KEY (owner, asset)
) STRICT;
