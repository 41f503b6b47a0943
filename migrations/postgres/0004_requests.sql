-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
CREATE TABLE request (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
    requester_issuer TEXT COLLATE "C" NOT NULL,
    requester_subject TEXT COLLATE "C" NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    artifact_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- JSON objects.
    asked TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    -- NoEcho values under a key that is not in the database; NULL once they are no longer needed.
    sealed BYTEA,
    justification TEXT COLLATE "C" NOT NULL,
    lease_days BIGINT NOT NULL,
    approval TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- JSON.
    decision TEXT COLLATE "C",
    submitted_at BIGINT NOT NULL,
    decided_at BIGINT,
    environment_id TEXT COLLATE "C",
    version BIGINT NOT NULL
);
CREATE INDEX request_time ON request (submitted_at, id);
CREATE INDEX request_state ON request (state, submitted_at, id);
CREATE INDEX request_project ON request (project_id, submitted_at, id);
CREATE INDEX request_project_state ON request (project_id, state, submitted_at, id);
CREATE INDEX request_requester ON request (requester_issuer, requester_subject, submitted_at, id);

CREATE TABLE environment (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL REFERENCES request (id),
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
    owner_issuer TEXT COLLATE "C" NOT NULL,
    owner_subject TEXT COLLATE "C" NOT NULL,
    studio_user_id TEXT COLLATE "C" NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    artifact_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- JSON.
    problem TEXT COLLATE "C",
    provisioned_product_id TEXT COLLATE "C",
    stack_arn TEXT COLLATE "C",
    -- JSON.
    outputs TEXT COLLATE "C" NOT NULL,
    tags TEXT COLLATE "C" NOT NULL,
    launch_target TEXT COLLATE "C",
    operation_id TEXT COLLATE "C",
    lease_ends_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
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
    environment_id TEXT COLLATE "C" NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
    event_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- The order of arrival: events of one millisecond keep theirs.
    arrival BIGINT NOT NULL,
    logical_id TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    PRIMARY KEY (environment_id, event_id)
);
CREATE INDEX stack_event_time ON stack_event (environment_id, at, arrival);
