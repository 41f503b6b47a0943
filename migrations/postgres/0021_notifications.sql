-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- How far the audit log has become notifications: the outbox is the log itself, so nothing that committed is missed. What
-- happened before there were any stays untold.
CREATE TABLE notification_cursor (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO notification_cursor (name, position) SELECT 'audit', COALESCE(MAX(position), 0) FROM audit_event;

-- What a person was told, in the portal.
CREATE TABLE notification (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    -- JSON: topic, title, text, path.
    notice TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    read_at BIGINT,
    event_id TEXT COLLATE "C" NOT NULL
);
CREATE INDEX notification_person ON notification (issuer, subject, at, id);
CREATE INDEX notification_unread ON notification (issuer, subject) WHERE read_at IS NULL;
CREATE INDEX notification_time ON notification (at);
CREATE UNIQUE INDEX notification_once ON notification (event_id, issuer, subject);

-- What a person chose of what comes by e-mail, where it is other than by default.
CREATE TABLE notification_choice (
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    email BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject, topic)
);

-- Where the platform team has events sent.
CREATE TABLE webhook (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- Of the address, which itself is a secret.
    host TEXT COLLATE "C" NOT NULL,
    -- Address and signing secret, under a key that is not in the database.
    sealed BYTEA NOT NULL,
    -- JSON.
    topics TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" REFERENCES project (id),
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_name ON webhook (name);

-- What is to be sent, was sent, or could not be. The row is the job.
CREATE TABLE delivery (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    event_id TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    -- The name in AWS of a person, or the id of a webhook.
    target TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    webhook_id TEXT COLLATE "C" REFERENCES webhook (id) ON DELETE CASCADE,
    project_id TEXT COLLATE "C",
    -- JSON.
    notice TEXT COLLATE "C" NOT NULL,
    happened_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    next_run_at BIGINT NOT NULL,
    lease_owner TEXT COLLATE "C",
    lease_until BIGINT,
    -- JSON: why it was not taken the last time.
    problem TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    finished_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX delivery_due ON delivery (next_run_at, id) WHERE state = 'due';
CREATE INDEX delivery_dead ON delivery (created_at, id) WHERE state = 'dead';
CREATE INDEX delivery_finished ON delivery (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX delivery_webhook ON delivery (webhook_id, created_at, id) WHERE webhook_id IS NOT NULL;
CREATE UNIQUE INDEX delivery_once ON delivery (event_id, channel, target);

-- How many of the warnings before the end of its lease were given; an extension begins anew.
ALTER TABLE environment ADD COLUMN lease_warnings BIGINT NOT NULL DEFAULT 0;
CREATE INDEX environment_lease_end ON environment (lease_ends_at, id)
    WHERE state IN ('available', 'updating', 'tainted', 'error');
