-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- The row is the job.
CREATE TABLE operation (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    environment_id TEXT COLLATE "C" NOT NULL REFERENCES environment (id),
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
    on_behalf_of_issuer TEXT COLLATE "C" NOT NULL,
    on_behalf_of_subject TEXT COLLATE "C" NOT NULL,
    -- The name of the step, for people and metrics, and the step with its data as JSON.
    step TEXT COLLATE "C" NOT NULL,
    step_data TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    -- JSON.
    trouble TEXT COLLATE "C",
    next_run_at BIGINT NOT NULL,
    lease_owner TEXT COLLATE "C",
    lease_until BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX operation_due ON operation (next_run_at, id) WHERE finished_at IS NULL;
-- One change at a time.
CREATE UNIQUE INDEX operation_unfinished ON operation (environment_id) WHERE finished_at IS NULL;
CREATE INDEX operation_environment ON operation (environment_id, created_at, id);

-- Work that one process at a time does: sealing the audit log, reading the catalog.
CREATE TABLE worker_lease (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    lease_until BIGINT NOT NULL
);
