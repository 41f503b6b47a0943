-- Times are milliseconds since the epoch.
-- Provisioned products that no environment stands for.
CREATE TABLE unmanaged_product (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    product_id TEXT,
    artifact_id TEXT,
    record_id TEXT,
    status TEXT NOT NULL,
    said TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at INTEGER,
    found_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX unmanaged_product_time ON unmanaged_product (found_at, id);
CREATE INDEX unmanaged_product_account ON unmanaged_product (account_id, region);
CREATE INDEX unmanaged_product_seen ON unmanaged_product (seen_at);
CREATE INDEX environment_provisioned_product ON environment (provisioned_product_id) WHERE provisioned_product_id IS NOT NULL;
