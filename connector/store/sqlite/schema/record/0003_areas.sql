-- The search index follows the record by change numbers and is a store of its own: the record has no text of its own.

DROP TABLE texts;
DROP TABLE labels;
DROP INDEX entries_present;
DROP INDEX entries_by_publisher;

-- The boxes of present entries: `id` is four times the place of the entry, plus the number of the box.
CREATE VIRTUAL TABLE areas USING rtree (id, west, east, south, north);

-- Catalogues are read again soon: their entries do not have the statements yet that a search can ask for.
UPDATE sources SET body = with_member(with_member(body, 'digest', NULL), 'next_at', 0) WHERE liveness <> 'DEAD';
