-- Times are milliseconds since the epoch.
-- Updates of several environments as one operation.
CREATE TABLE rollout (
    id TEXT NOT NULL PRIMARY KEY,
    -- Of all its environments, where it is one.
    project_id TEXT REFERENCES project (id),
    by_issuer TEXT NOT NULL,
    by_subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    problem TEXT,
    ended_by_issuer TEXT,
    ended_by_subject TEXT,
    operation_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX rollout_time ON rollout (created_at, id);
CREATE INDEX rollout_project ON rollout (project_id, created_at, id);
CREATE INDEX rollout_person ON rollout (by_issuer, by_subject, created_at, id);

CREATE TABLE rollout_item (
    rollout_id TEXT NOT NULL REFERENCES rollout (id),
    -- From 0.
    position INTEGER NOT NULL,
    environment_id TEXT NOT NULL REFERENCES environment (id),
    request_id TEXT REFERENCES request (id),
    base_request_id TEXT NOT NULL,
    -- The name of how far it is, to look for, and all of it as JSON.
    progress TEXT NOT NULL,
    progress_data TEXT NOT NULL,
    PRIMARY KEY (rollout_id, position)
) STRICT;
CREATE UNIQUE INDEX rollout_item_request ON rollout_item (request_id) WHERE request_id IS NOT NULL;
-- An environment waits for its turn in one rollout at a time.
CREATE UNIQUE INDEX rollout_item_open ON rollout_item (environment_id) WHERE progress IN ('waiting', 'updating');
