-- The webhook of a saved search: `id` is new whenever its address is set.

CREATE TABLE webhooks (
    search TEXT PRIMARY KEY,
    id     TEXT NOT NULL,
    owner  TEXT NOT NULL,
    body   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_of_owner ON webhooks (owner);

CREATE TRIGGER webhooks_end_with_their_search AFTER DELETE ON searches
BEGIN
    DELETE FROM webhooks WHERE search = OLD.id;
END;
