-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Written in the transaction of the change that the event tells of. The sealer gives positions later: identifiers commit
-- out of order.
CREATE TABLE audit_event (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_issuer TEXT COLLATE "C",
    actor_subject TEXT COLLATE "C",
    actor_name TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    resource_kind TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    correlation TEXT COLLATE "C" NOT NULL,
    entity_version BIGINT,
    -- JSON object.
    detail TEXT COLLATE "C" NOT NULL,
    position BIGINT,
    sealed_at BIGINT
);
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
    height BIGINT NOT NULL PRIMARY KEY,
    first_position BIGINT NOT NULL,
    -- JSON array of event ids and digests.
    entries TEXT COLLATE "C" NOT NULL,
    -- Hexadecimal.
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    sealed_at BIGINT NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    signature TEXT COLLATE "C" NOT NULL
);
