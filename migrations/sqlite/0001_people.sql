-- Times are milliseconds since the epoch.
-- Everybody who ever signed in, as their last ID token named them.
CREATE TABLE person (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    studio_user_id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT,
    -- JSON array of the groups claim; NULL when the token had no such claim.
    groups TEXT,
    -- When the groups were last stated by the provider.
    groups_seen_at INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE UNIQUE INDEX person_studio_user_id ON person (studio_user_id);
CREATE INDEX person_display_name ON person (display_name, studio_user_id);

-- The groups again, one row each, to find the people of a group.
CREATE TABLE person_group (
    group_name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (group_name, issuer, subject),
    FOREIGN KEY (issuer, subject) REFERENCES person (issuer, subject) ON DELETE CASCADE
) STRICT;
CREATE INDEX person_group_person ON person_group (issuer, subject);

-- `id` is a digest of the id in the cookie, so that the table cannot be used to take a session over.
CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL,
    issuer TEXT,
    subject TEXT,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    -- The absolute end; the idle end follows from last_seen_at.
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_person ON session (issuer, subject, last_seen_at);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_last_seen_at ON session (last_seen_at);

-- What was typed into a form that was not accepted.
CREATE TABLE draft (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    form TEXT NOT NULL,
    -- JSON object, field name to text.
    fields TEXT NOT NULL,
    -- JSON array of field errors.
    errors TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_person ON draft (issuer, subject, created_at);
CREATE INDEX draft_created_at ON draft (created_at);

-- What the last action did, shown once. `owner` is the session's id.
CREATE TABLE flash (
    owner TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX flash_created_at ON flash (created_at);

-- One row per form that was posted, so that a double click makes one thing.
CREATE TABLE form_token (
    token TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Where the first post led to.
    path TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (token, issuer, subject)
) STRICT;
CREATE INDEX form_token_created_at ON form_token (created_at);
