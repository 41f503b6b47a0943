-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Everybody who ever signed in, as their last ID token named them.
CREATE TABLE person (
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    studio_user_id TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    -- JSON array of the groups claim; NULL when the token had no such claim.
    groups TEXT COLLATE "C",
    -- When the groups were last stated by the provider.
    groups_seen_at BIGINT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX person_studio_user_id ON person (studio_user_id);
CREATE INDEX person_display_name ON person (display_name, studio_user_id);

-- The groups again, one row each, to find the people of a group.
CREATE TABLE person_group (
    group_name TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (group_name, issuer, subject),
    FOREIGN KEY (issuer, subject) REFERENCES person (issuer, subject) ON DELETE CASCADE
);
CREATE INDEX person_group_person ON person_group (issuer, subject);

-- `id` is a digest of the id in the cookie, so that the table cannot be used to take a session over.
CREATE TABLE session (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    data TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    user_agent TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    -- The absolute end; the idle end follows from last_seen_at.
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (issuer, subject, last_seen_at);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_last_seen_at ON session (last_seen_at);

-- What was typed into a form that was not accepted.
CREATE TABLE draft (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    -- JSON object, field name to text.
    fields TEXT COLLATE "C" NOT NULL,
    -- JSON array of field errors.
    errors TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX draft_person ON draft (issuer, subject, created_at);
CREATE INDEX draft_created_at ON draft (created_at);

-- What the last action did, shown once. `owner` is the session's id.
CREATE TABLE flash (
    owner TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX flash_created_at ON flash (created_at);

-- One row per form that was posted, so that a double click makes one thing.
CREATE TABLE form_token (
    token TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    -- Where the first post led to.
    path TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (token, issuer, subject)
);
CREATE INDEX form_token_created_at ON form_token (created_at);
