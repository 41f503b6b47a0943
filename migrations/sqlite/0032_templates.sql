-- Templates that somebody gave the portal; the id is the SHA-256 of the text.
CREATE TABLE template (
    id TEXT NOT NULL PRIMARY KEY,
    file_name TEXT NOT NULL,
    body TEXT NOT NULL,
    findings INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX template_time ON template (at, id);
