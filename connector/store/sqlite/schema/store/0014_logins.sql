-- People who come with the login of their organisation, found by issuer and subject.
ALTER TABLE users ADD COLUMN login TEXT;
CREATE UNIQUE INDEX users_by_login ON users (owner, login) WHERE login IS NOT NULL;
