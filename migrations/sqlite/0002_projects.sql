-- Times are milliseconds since the epoch.
CREATE TABLE project (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    cost_center TEXT NOT NULL,
    data_class TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX project_name ON project (name);

-- What an account gives to the environments in it.
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
    PRIMARY KEY (project_id, account_id, region)
) STRICT;
CREATE INDEX project_account_account ON project_account (account_id, region);

-- From an OIDC group to a role. `project_id` is NULL for a role over the whole portal.
CREATE TABLE group_mapping (
    id TEXT NOT NULL PRIMARY KEY,
    group_name TEXT NOT NULL,
    role TEXT NOT NULL,
    project_id TEXT REFERENCES project (id)
) STRICT;
CREATE UNIQUE INDEX group_mapping_platform ON group_mapping (group_name, role) WHERE project_id IS NULL;
CREATE UNIQUE INDEX group_mapping_project ON group_mapping (group_name, role, project_id) WHERE project_id IS NOT NULL;
CREATE INDEX group_mapping_project_id ON group_mapping (project_id);

-- Which project may use which product in which stage.
CREATE TABLE product_access (
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL,
    project_id TEXT NOT NULL REFERENCES project (id),
    stage TEXT NOT NULL,
    approval TEXT NOT NULL,
    max_lease_days INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX product_access_rule ON product_access (product_id, project_id, stage);
CREATE INDEX product_access_project ON product_access (project_id, product_id);

-- Where the value of a parameter comes from. `account_id` is empty for a rule for all accounts.
CREATE TABLE parameter_binding (
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    parameter TEXT NOT NULL,
    -- JSON.
    source TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX parameter_binding_rule ON parameter_binding (product_id, account_id, parameter);
