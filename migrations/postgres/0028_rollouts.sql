-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Updates of several environments as one operation.
CREATE TABLE rollout (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Of all its environments, where it is one.
    project_id TEXT COLLATE "C" REFERENCES project (id),
    by_issuer TEXT COLLATE "C" NOT NULL,
    by_subject TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- JSON.
    problem TEXT COLLATE "C",
    ended_by_issuer TEXT COLLATE "C",
    ended_by_subject TEXT COLLATE "C",
    operation_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX rollout_time ON rollout (created_at, id);
CREATE INDEX rollout_project ON rollout (project_id, created_at, id);
CREATE INDEX rollout_person ON rollout (by_issuer, by_subject, created_at, id);

CREATE TABLE rollout_item (
    rollout_id TEXT COLLATE "C" NOT NULL REFERENCES rollout (id),
    -- From 0.
    position BIGINT NOT NULL,
    environment_id TEXT COLLATE "C" NOT NULL REFERENCES environment (id),
    request_id TEXT COLLATE "C" REFERENCES request (id),
    base_request_id TEXT COLLATE "C" NOT NULL,
    -- The name of how far it is, to look for, and all of it as JSON.
    progress TEXT COLLATE "C" NOT NULL,
    progress_data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rollout_id, position)
);
CREATE UNIQUE INDEX rollout_item_request ON rollout_item (request_id) WHERE request_id IS NOT NULL;
-- An environment waits for its turn in one rollout at a time.
CREATE UNIQUE INDEX rollout_item_open ON rollout_item (environment_id) WHERE progress IN ('waiting', 'updating');
