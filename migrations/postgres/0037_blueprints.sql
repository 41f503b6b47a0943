-- Blueprints of the organization that somebody had applied; each is carried out by an operation.
CREATE TABLE blueprint (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- TOML, with the documents of its policies.
    text TEXT COLLATE "C" NOT NULL,
    -- JSON: the steps that were looked at, and those that were made so far, in words.
    steps TEXT COLLATE "C" NOT NULL,
    made TEXT COLLATE "C" NOT NULL,
    by_issuer TEXT COLLATE "C" NOT NULL,
    by_subject TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- JSON.
    problem TEXT COLLATE "C",
    operation_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX blueprint_time ON blueprint (created_at, id);
-- One at a time in the organization.
CREATE UNIQUE INDEX blueprint_applying ON blueprint (state) WHERE state = 'applying';
