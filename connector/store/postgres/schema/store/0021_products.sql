-- Assets that are made by recipes, and the measured quality of the data of assets.
CREATE TABLE products (
    owner text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (owner, asset)
);

CREATE TABLE qualities (
    owner text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (owner, asset)
);
