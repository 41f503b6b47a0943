-- Times are milliseconds since the epoch.
-- Written in the transaction of the change that the event tells of. The sealer gives positions later: identifiers commit
-- out of order.
CREATE TABLE audit_event (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_issuer TEXT,
    actor_subject TEXT,
    actor_name TEXT,
    action TEXT NOT NULL,
    resource_kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    project_id TEXT,
    outcome TEXT NOT NULL,
    correlation TEXT NOT NULL,
    entity_version INTEGER,
    -- JSON object.
    detail TEXT NOT NULL,
    position INTEGER,
    sealed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX audit_event_position ON audit_event (position) WHERE position IS NOT NULL;
CREATE INDEX audit_event_unsealed ON audit_event (at, id) WHERE position IS NULL;
CREATE INDEX audit_event_time ON audit_event (at, id);
CREATE INDEX audit_event_actor ON audit_event (actor_issuer, actor_subject, at, id);
CREATE INDEX audit_event_action ON audit_event (action, at, id);
CREATE INDEX audit_event_resource ON audit_event (resource_id, at, id);
CREATE INDEX audit_event_project ON audit_event (project_id, at, id);
CREATE INDEX audit_event_outcome ON audit_event (outcome, at, id);
CREATE INDEX audit_event_correlation ON audit_event (correlation, at, id);

CREATE TABLE audit_block (
    height INTEGER NOT NULL PRIMARY KEY,
    first_position INTEGER NOT NULL,
    -- JSON array of event ids and digests.
    entries TEXT NOT NULL,
    -- Hexadecimal.
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    sealed_at INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL
) STRICT;
