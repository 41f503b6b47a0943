-- People who have environments or undecided requests in a project, and no part in it any more, or who did not sign in for long.
CREATE TABLE leaver (
    project_id TEXT NOT NULL REFERENCES project (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    noticed_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, issuer, subject)
) STRICT;
CREATE INDEX leaver_noticed ON leaver (noticed_at);
