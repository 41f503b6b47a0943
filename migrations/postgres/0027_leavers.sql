-- People who have environments or undecided requests in a project, and no part in it any more, or who did not sign in for long.
CREATE TABLE leaver (
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    noticed_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, issuer, subject)
);
CREATE INDEX leaver_noticed ON leaver (noticed_at);
