-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
CREATE TABLE project (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    cost_center TEXT COLLATE "C" NOT NULL,
    data_class TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX project_name ON project (name);

-- What an account gives to the environments in it.
CREATE TABLE project_account (
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
    account_id TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    vpc_id TEXT COLLATE "C",
    -- JSON arrays.
    subnet_ids TEXT COLLATE "C" NOT NULL,
    security_group_ids TEXT COLLATE "C" NOT NULL,
    kms_key_arn TEXT COLLATE "C",
    studio_domain_id TEXT COLLATE "C",
    PRIMARY KEY (project_id, account_id, region)
);
CREATE INDEX project_account_account ON project_account (account_id, region);

-- From an OIDC group to a role. `project_id` is NULL for a role over the whole portal.
CREATE TABLE group_mapping (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    group_name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" REFERENCES project (id)
);
CREATE UNIQUE INDEX group_mapping_platform ON group_mapping (group_name, role) WHERE project_id IS NULL;
CREATE UNIQUE INDEX group_mapping_project ON group_mapping (group_name, role, project_id) WHERE project_id IS NOT NULL;
CREATE INDEX group_mapping_project_id ON group_mapping (project_id);

-- Which project may use which product in which stage.
CREATE TABLE product_access (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    product_id TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
    stage TEXT COLLATE "C" NOT NULL,
    approval TEXT COLLATE "C" NOT NULL,
    max_lease_days BIGINT NOT NULL
);
CREATE UNIQUE INDEX product_access_rule ON product_access (product_id, project_id, stage);
CREATE INDEX product_access_project ON product_access (project_id, product_id);

-- Where the value of a parameter comes from. `account_id` is empty for a rule for all accounts.
CREATE TABLE parameter_binding (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    product_id TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    parameter TEXT COLLATE "C" NOT NULL,
    -- JSON.
    source TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX parameter_binding_rule ON parameter_binding (product_id, account_id, parameter);
