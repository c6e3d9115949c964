-- Standing orders for the data of agreements.
CREATE TABLE subscriptions (
    place     INTEGER PRIMARY KEY,
    owner     TEXT NOT NULL,
    id        TEXT NOT NULL,
    version   INTEGER NOT NULL,
    state     TEXT NOT NULL,
    agreement TEXT NOT NULL,
    due_at    INTEGER,
    body      BLOB NOT NULL,
    UNIQUE (owner, id)
) STRICT;
CREATE INDEX subscriptions_due ON subscriptions (owner, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX subscriptions_listed ON subscriptions (owner);
CREATE INDEX subscriptions_by_state ON subscriptions (owner, state);
CREATE INDEX subscriptions_by_agreement ON subscriptions (owner, agreement);
CREATE INDEX subscriptions_by_both ON subscriptions (owner, agreement, state);
