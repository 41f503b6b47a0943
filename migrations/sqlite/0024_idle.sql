-- Times are milliseconds since the epoch.
-- After which time what nobody uses is stopped; one rule for each stage and instance type.
CREATE TABLE idle_rule (
    id TEXT NOT NULL PRIMARY KEY,
    -- Empty: every stage.
    stage TEXT NOT NULL,
    -- A type, a family, or empty: every type.
    instances TEXT NOT NULL,
    -- NULL: never.
    minutes INTEGER,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX idle_rule_for ON idle_rule (stage, instances);

-- Somebody's word that something runs a job, so that it is not stopped for being idle.
CREATE TABLE job_mark (
    environment_id TEXT NOT NULL REFERENCES environment (id),
    item TEXT NOT NULL,
    reason TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (environment_id, item)
) STRICT;
CREATE INDEX job_mark_until ON job_mark (until_at);
