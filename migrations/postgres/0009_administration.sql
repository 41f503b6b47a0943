-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Which project an account belongs to: one, in whatever regions. Environments are told apart by their account alone.
CREATE TABLE account_owner (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id)
);
CREATE UNIQUE INDEX account_owner_project ON account_owner (account_id, project_id);
INSERT INTO account_owner (account_id, project_id)
    SELECT account_id, MIN(project_id) FROM project_account GROUP BY account_id;

ALTER TABLE project_account ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE project_account ALTER COLUMN version DROP DEFAULT;
ALTER TABLE project_account ADD CONSTRAINT project_account_owner
    FOREIGN KEY (account_id, project_id) REFERENCES account_owner (account_id, project_id);

ALTER TABLE product_access ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE parameter_binding ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- What the platform team says of a product besides who may use it.
CREATE TABLE product_settings (
    product_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    typical_minutes BIGINT,
    version BIGINT NOT NULL
);

-- The mirror of the organization, as far as it concerns accounts of projects.
CREATE TABLE account_path (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- JSON.
    body TEXT COLLATE "C" NOT NULL
);

CREATE TABLE service_control_policy (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL
);

CREATE TABLE organization_state (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- When the organization was last read whole.
    refreshed_at BIGINT,
    -- JSON: why the last attempt failed.
    problem TEXT COLLATE "C"
);
