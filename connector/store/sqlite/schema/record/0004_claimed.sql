-- Who listed an identifier first: the row of the smallest place, tombstones among them.
CREATE INDEX entries_claimed ON entries (id, place, participant);
-- The present entries of one participant, in the order of their arrival and of their last change.
CREATE INDEX entries_of_one ON entries (participant, place) WHERE removed_at IS NULL;
CREATE INDEX entries_of_one_changed ON entries (participant, changed_at) WHERE removed_at IS NULL;
-- All present entries in the order of their last change.
CREATE INDEX entries_present ON entries (changed_at) WHERE removed_at IS NULL;
