-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- After which time what nobody uses is stopped; one rule for each stage and instance type.
CREATE TABLE idle_rule (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Empty: every stage.
    stage TEXT COLLATE "C" NOT NULL,
    -- A type, a family, or empty: every type.
    instances TEXT COLLATE "C" NOT NULL,
    -- NULL: never.
    minutes BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX idle_rule_for ON idle_rule (stage, instances);

-- Somebody's word that something runs a job, so that it is not stopped for being idle.
CREATE TABLE job_mark (
    environment_id TEXT COLLATE "C" NOT NULL REFERENCES environment (id),
    item TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    until_at BIGINT NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (environment_id, item)
);
CREATE INDEX job_mark_until ON job_mark (until_at);
