-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Every time that somebody was cut off: for good in the portal from the first moment, in AWS by an operation.
CREATE TABLE revocation (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    -- How far it reaches: `environment`, `project` or `everything`, and which.
    reach TEXT COLLATE "C" NOT NULL,
    environment_id TEXT COLLATE "C" REFERENCES environment (id),
    project_id TEXT COLLATE "C" REFERENCES project (id),
    reason TEXT COLLATE "C" NOT NULL,
    by_issuer TEXT COLLATE "C" NOT NULL,
    by_subject TEXT COLLATE "C" NOT NULL,
    by_admin BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- JSON.
    problem TEXT COLLATE "C",
    targets TEXT COLLATE "C" NOT NULL,
    operation_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    restored_by_issuer TEXT COLLATE "C",
    restored_by_subject TEXT COLLATE "C",
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX revocation_time ON revocation (created_at, id);
CREATE INDEX revocation_project ON revocation (project_id, created_at, id);
CREATE INDEX revocation_person ON revocation (issuer, subject, created_at, id);
-- What holds now of one person.
CREATE INDEX revocation_in_force ON revocation (issuer, subject) WHERE state <> 'restored';

-- What follows from the revocations, where every request needs it: JSON of what is cut off, and whether an environment is.
ALTER TABLE person ADD COLUMN cut_off TEXT COLLATE "C";
ALTER TABLE environment ADD COLUMN revoked BIGINT NOT NULL DEFAULT 0;

-- An operation is about an environment, or about something else; `environment_id` and `project_id` are there for the first.
ALTER TABLE operation ADD COLUMN subject_kind TEXT COLLATE "C" NOT NULL DEFAULT 'environment';
ALTER TABLE operation ADD COLUMN subject_id TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE operation SET subject_id = environment_id;
ALTER TABLE operation ALTER COLUMN subject_kind DROP DEFAULT;
ALTER TABLE operation ALTER COLUMN subject_id DROP DEFAULT;
ALTER TABLE operation ALTER COLUMN environment_id DROP NOT NULL;
ALTER TABLE operation ALTER COLUMN project_id DROP NOT NULL;
DROP INDEX operation_unfinished;
-- One change at a time.
CREATE UNIQUE INDEX operation_unfinished ON operation (subject_kind, subject_id) WHERE finished_at IS NULL;
CREATE INDEX operation_subject ON operation (subject_kind, subject_id, created_at, id);
