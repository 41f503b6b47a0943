-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Changes of service control policies that were decided upon; each is carried out by an operation.
CREATE TABLE policy_change (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- JSON: the change, what it was decided upon, and the policy as it was.
    change TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C" NOT NULL,
    policy_before TEXT COLLATE "C",
    policy_name TEXT COLLATE "C" NOT NULL,
    node_name TEXT COLLATE "C",
    -- The id that a new policy was given.
    made TEXT COLLATE "C",
    by_issuer TEXT COLLATE "C" NOT NULL,
    by_subject TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- JSON.
    problem TEXT COLLATE "C",
    operation_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX policy_change_time ON policy_change (created_at, id);
-- One at a time: each is decided upon by what stands before it.
CREATE UNIQUE INDEX policy_change_applying ON policy_change (state) WHERE state = 'applying';
