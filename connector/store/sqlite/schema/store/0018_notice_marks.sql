-- What comes without a commit: when to look at the end of an agreement, and how far people were told of the rest.
CREATE TABLE notice_marks (
    owner   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    mark    INTEGER NOT NULL,
    PRIMARY KEY (owner, kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_marks_by_mark ON notice_marks (owner, kind, mark);
INSERT INTO notice_marks (owner, kind, subject, mark)
SELECT owner, 'ending', key, 0 FROM agreements WHERE finalized_at IS NOT NULL AND withdrawn_at IS NULL;
