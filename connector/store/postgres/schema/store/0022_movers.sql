ALTER TABLE flows ADD COLUMN mover bigint;
