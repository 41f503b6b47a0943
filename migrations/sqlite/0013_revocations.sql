-- Times are milliseconds since the epoch.
-- Every time that somebody was cut off: for good in the portal from the first moment, in AWS by an operation.
CREATE TABLE revocation (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- How far it reaches: `environment`, `project` or `everything`, and which.
    reach TEXT NOT NULL,
    environment_id TEXT REFERENCES environment (id),
    project_id TEXT REFERENCES project (id),
    reason TEXT NOT NULL,
    by_issuer TEXT NOT NULL,
    by_subject TEXT NOT NULL,
    by_admin INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    problem TEXT,
    targets TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    restored_by_issuer TEXT,
    restored_by_subject TEXT,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX revocation_time ON revocation (created_at, id);
CREATE INDEX revocation_project ON revocation (project_id, created_at, id);
CREATE INDEX revocation_person ON revocation (issuer, subject, created_at, id);
-- What holds now of one person.
CREATE INDEX revocation_in_force ON revocation (issuer, subject) WHERE state <> 'restored';

-- What follows from the revocations, where every request needs it: JSON of what is cut off, and whether an environment is.
ALTER TABLE person ADD COLUMN cut_off TEXT;
ALTER TABLE environment ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;

-- An operation is about an environment, or about something else; `environment_id` and `project_id` are there for the first.
CREATE TABLE operation_of_anything (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    environment_id TEXT REFERENCES environment (id),
    project_id TEXT REFERENCES project (id),
    on_behalf_of_issuer TEXT NOT NULL,
    on_behalf_of_subject TEXT NOT NULL,
    -- The name of the step, for people and metrics, and the step with its data as JSON.
    step TEXT NOT NULL,
    step_data TEXT NOT NULL,
    step_entered_at INTEGER NOT NULL,
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
INSERT INTO operation_of_anything (
    id, kind, subject_kind, subject_id, environment_id, project_id, on_behalf_of_issuer, on_behalf_of_subject, step,
    step_data, step_entered_at, attempt, trouble, next_run_at, lease_owner, lease_until, created_at, finished_at, version
) SELECT
    id, kind, 'environment', environment_id, environment_id, project_id, on_behalf_of_issuer, on_behalf_of_subject, step,
    step_data, step_entered_at, attempt, trouble, next_run_at, lease_owner, lease_until, created_at, finished_at, version
FROM operation;
DROP TABLE operation;
ALTER TABLE operation_of_anything RENAME TO operation;
CREATE INDEX operation_due ON operation (next_run_at, id) WHERE finished_at IS NULL;
-- One change at a time.
CREATE UNIQUE INDEX operation_unfinished ON operation (subject_kind, subject_id) WHERE finished_at IS NULL;
CREATE INDEX operation_environment ON operation (environment_id, created_at, id);
CREATE INDEX operation_subject ON operation (subject_kind, subject_id, created_at, id);
