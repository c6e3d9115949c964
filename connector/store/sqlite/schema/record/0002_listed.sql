-- The present entries in the order of their arrival, without the tombstones between them.
CREATE INDEX entries_listed ON entries (place) WHERE removed_at IS NULL;
