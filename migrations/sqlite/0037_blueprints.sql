-- Blueprints of the organization that somebody had applied; each is carried out by an operation.
CREATE TABLE blueprint (
    id TEXT NOT NULL PRIMARY KEY,
    -- TOML, with the documents of its policies.
    text TEXT NOT NULL,
    -- JSON: the steps that were looked at, and those that were made so far, in words.
    steps TEXT NOT NULL,
    made TEXT NOT NULL,
    by_issuer TEXT NOT NULL,
    by_subject TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    problem TEXT,
    operation_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX blueprint_time ON blueprint (created_at, id);
-- One at a time in the organization.
CREATE UNIQUE INDEX blueprint_applying ON blueprint (state) WHERE state = 'applying';
