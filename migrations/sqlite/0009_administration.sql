-- Times are milliseconds since the epoch.
-- Which project an account belongs to: one, in whatever regions. Environments are told apart by their account alone.
CREATE TABLE account_owner (
    account_id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id)
) STRICT;
CREATE UNIQUE INDEX account_owner_project ON account_owner (account_id, project_id);
INSERT INTO account_owner (account_id, project_id)
    SELECT account_id, MIN(project_id) FROM project_account GROUP BY account_id;

-- SQLite adds no constraint to a table that is there.
ALTER TABLE project_account RENAME TO project_account_before;
DROP INDEX project_account_account;
CREATE TABLE project_account (
    project_id TEXT NOT NULL REFERENCES project (id),
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    vpc_id TEXT,
    -- JSON arrays.
    subnet_ids TEXT NOT NULL,
    security_group_ids TEXT NOT NULL,
    kms_key_arn TEXT,
    studio_domain_id TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (project_id, account_id, region),
    FOREIGN KEY (account_id, project_id) REFERENCES account_owner (account_id, project_id)
) STRICT;
INSERT INTO project_account (project_id, account_id, region, stage, name, vpc_id, subnet_ids, security_group_ids,
    kms_key_arn, studio_domain_id, version)
    SELECT project_id, account_id, region, stage, name, vpc_id, subnet_ids, security_group_ids,
    kms_key_arn, studio_domain_id, 1 FROM project_account_before;
DROP TABLE project_account_before;
CREATE INDEX project_account_account ON project_account (account_id, region);

ALTER TABLE product_access ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE parameter_binding ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- What the platform team says of a product besides who may use it.
CREATE TABLE product_settings (
    product_id TEXT NOT NULL PRIMARY KEY,
    typical_minutes INTEGER,
    version INTEGER NOT NULL
) STRICT;

-- The mirror of the organization, as far as it concerns accounts of projects.
CREATE TABLE account_path (
    account_id TEXT NOT NULL PRIMARY KEY,
    -- JSON.
    body TEXT NOT NULL
) STRICT;

CREATE TABLE service_control_policy (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

CREATE TABLE organization_state (
    name TEXT NOT NULL PRIMARY KEY,
    -- When the organization was last read whole.
    refreshed_at INTEGER,
    -- JSON: why the last attempt failed.
    problem TEXT
) STRICT;
