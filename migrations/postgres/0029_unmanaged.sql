-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- Provisioned products that no environment stands for.
CREATE TABLE unmanaged_product (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    product_id TEXT COLLATE "C",
    artifact_id TEXT COLLATE "C",
    record_id TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    said TEXT COLLATE "C" NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    made_at BIGINT,
    found_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX unmanaged_product_time ON unmanaged_product (found_at, id);
CREATE INDEX unmanaged_product_account ON unmanaged_product (account_id, region);
CREATE INDEX unmanaged_product_seen ON unmanaged_product (seen_at);
CREATE INDEX environment_provisioned_product ON environment (provisioned_product_id) WHERE provisioned_product_id IS NOT NULL;
