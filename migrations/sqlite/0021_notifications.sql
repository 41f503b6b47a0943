-- Times are milliseconds since the epoch.
-- How far the audit log has become notifications: the outbox is the log itself, so nothing that committed is missed. What
-- happened before there were any stays untold.
CREATE TABLE notification_cursor (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
INSERT INTO notification_cursor (name, position) SELECT 'audit', COALESCE(MAX(position), 0) FROM audit_event;

-- What a person was told, in the portal.
CREATE TABLE notification (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- JSON: topic, title, text, path.
    notice TEXT NOT NULL,
    at INTEGER NOT NULL,
    read_at INTEGER,
    event_id TEXT NOT NULL
) STRICT;
CREATE INDEX notification_person ON notification (issuer, subject, at, id);
CREATE INDEX notification_unread ON notification (issuer, subject) WHERE read_at IS NULL;
CREATE INDEX notification_time ON notification (at);
CREATE UNIQUE INDEX notification_once ON notification (event_id, issuer, subject);

-- What a person chose of what comes by e-mail, where it is other than by default.
CREATE TABLE notification_choice (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    topic TEXT NOT NULL,
    email INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject, topic)
) STRICT;

-- Where the platform team has events sent.
CREATE TABLE webhook (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Of the address, which itself is a secret.
    host TEXT NOT NULL,
    -- Address and signing secret, under a key that is not in the database.
    sealed BLOB NOT NULL,
    -- JSON.
    topics TEXT NOT NULL,
    project_id TEXT REFERENCES project (id),
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_name ON webhook (name);

-- What is to be sent, was sent, or could not be. The row is the job.
CREATE TABLE delivery (
    id TEXT NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- The name in AWS of a person, or the id of a webhook.
    target TEXT NOT NULL,
    issuer TEXT,
    subject TEXT,
    webhook_id TEXT REFERENCES webhook (id) ON DELETE CASCADE,
    project_id TEXT,
    -- JSON.
    notice TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    next_run_at INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER,
    -- JSON: why it was not taken the last time.
    problem TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_due ON delivery (next_run_at, id) WHERE state = 'due';
CREATE INDEX delivery_dead ON delivery (created_at, id) WHERE state = 'dead';
CREATE INDEX delivery_finished ON delivery (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX delivery_webhook ON delivery (webhook_id, created_at, id) WHERE webhook_id IS NOT NULL;
CREATE UNIQUE INDEX delivery_once ON delivery (event_id, channel, target);

-- How many of the warnings before the end of its lease were given; an extension begins anew.
ALTER TABLE environment ADD COLUMN lease_warnings INTEGER NOT NULL DEFAULT 0;
CREATE INDEX environment_lease_end ON environment (lease_ends_at, id)
    WHERE state IN ('available', 'updating', 'tainted', 'error');
