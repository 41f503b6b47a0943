-- Changes of the catalog that somebody asked for; each is carried out by an operation.
CREATE TABLE catalog_change (
    id TEXT NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    -- JSON: the change, the product as it was, and what was made.
    change TEXT NOT NULL,
    product_before TEXT,
    product_name TEXT NOT NULL,
    version_name TEXT NOT NULL,
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
CREATE INDEX catalog_change_time ON catalog_change (created_at, id);
-- One at a time in each product, and one of a new product of each name.
CREATE UNIQUE INDEX catalog_change_applying ON catalog_change (region, product_name) WHERE state = 'applying';
