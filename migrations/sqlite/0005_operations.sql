-- Times are milliseconds since the epoch.
-- The row is the job.
CREATE TABLE operation (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    environment_id TEXT NOT NULL REFERENCES environment (id),
    project_id TEXT NOT NULL REFERENCES project (id),
    on_behalf_of_issuer TEXT NOT NULL,
    on_behalf_of_subject TEXT NOT NULL,
    -- The name of the step, for people and metrics, and the step with its data as JSON.
    step TEXT NOT NULL,
    step_data TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    -- JSON.
    trouble TEXT,
    next_run_at INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX operation_due ON operation (next_run_at, id) WHERE finished_at IS NULL;
-- One change at a time.
CREATE UNIQUE INDEX operation_unfinished ON operation (environment_id) WHERE finished_at IS NULL;
CREATE INDEX operation_environment ON operation (environment_id, created_at, id);

-- Work that one process at a time does: sealing the audit log, reading the catalog.
CREATE TABLE worker_lease (
    name TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;
