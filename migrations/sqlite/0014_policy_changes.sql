-- Times are milliseconds since the epoch.
-- Changes of service control policies that were decided upon; each is carried out by an operation.
CREATE TABLE policy_change (
    id TEXT NOT NULL PRIMARY KEY,
    -- JSON: the change, what it was decided upon, and the policy as it was.
    change TEXT NOT NULL,
    basis TEXT NOT NULL,
    policy_before TEXT,
    policy_name TEXT NOT NULL,
    node_name TEXT,
    -- The id that a new policy was given.
    made TEXT,
    by_issuer TEXT NOT NULL,
    by_subject TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON.
    problem TEXT,
    operation_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX policy_change_time ON policy_change (created_at, id);
-- One at a time: each is decided upon by what stands before it.
CREATE UNIQUE INDEX policy_change_applying ON policy_change (state) WHERE state = 'applying';
