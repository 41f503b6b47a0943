-- Templates that somebody gave the portal; the id is the SHA-256 of the text.
CREATE TABLE template (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    file_name TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    findings BIGINT NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX template_time ON template (at, id);
