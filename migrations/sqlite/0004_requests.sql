-- Times are milliseconds since the epoch.
CREATE TABLE request (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id),
    requester_issuer TEXT NOT NULL,
    requester_subject TEXT NOT NULL,
    product_id TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    -- JSON objects.
    asked TEXT NOT NULL,
    tags TEXT NOT NULL,
    -- NoEcho values under a key that is not in the database; NULL once they are no longer needed.
    sealed BLOB,
    justification TEXT NOT NULL,
    lease_days INTEGER NOT NULL,
    approval TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    decision TEXT,
    submitted_at INTEGER NOT NULL,
    decided_at INTEGER,
    environment_id TEXT,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX request_time ON request (submitted_at, id);
CREATE INDEX request_state ON request (state, submitted_at, id);
CREATE INDEX request_project ON request (project_id, submitted_at, id);
CREATE INDEX request_project_state ON request (project_id, state, submitted_at, id);
CREATE INDEX request_requester ON request (requester_issuer, requester_subject, submitted_at, id);

CREATE TABLE environment (
    id TEXT NOT NULL PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES request (id),
    project_id TEXT NOT NULL REFERENCES project (id),
    owner_issuer TEXT NOT NULL,
    owner_subject TEXT NOT NULL,
    studio_user_id TEXT NOT NULL,
    product_id TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    problem TEXT,
    provisioned_product_id TEXT,
    stack_arn TEXT,
    -- JSON.
    outputs TEXT NOT NULL,
    tags TEXT NOT NULL,
    launch_target TEXT,
    operation_id TEXT,
    lease_ends_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX environment_request ON environment (request_id);
-- Service Catalog wants the names of provisioned products to be unique in an account and region.
CREATE UNIQUE INDEX environment_live_name ON environment (account_id, region, name) WHERE state <> 'terminated';
CREATE INDEX environment_time ON environment (created_at, id);
CREATE INDEX environment_state ON environment (state, created_at, id);
CREATE INDEX environment_project ON environment (project_id, created_at, id);
CREATE INDEX environment_project_state ON environment (project_id, state, created_at, id);
CREATE INDEX environment_owner ON environment (owner_issuer, owner_subject, created_at, id);
CREATE INDEX environment_product ON environment (product_id, created_at, id);
CREATE INDEX environment_lease ON environment (lease_ends_at, id) WHERE state <> 'terminated';

-- The story of an environment's stack, as CloudFormation tells it.
CREATE TABLE stack_event (
    environment_id TEXT NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The order of arrival: events of one millisecond keep theirs.
    arrival INTEGER NOT NULL,
    logical_id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (environment_id, event_id)
) STRICT;
CREATE INDEX stack_event_time ON stack_event (environment_id, at, arrival);
