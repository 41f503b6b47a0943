-- Changes of the catalog that somebody asked for; each is carried out by an operation.
CREATE TABLE catalog_change (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    region TEXT COLLATE "C" NOT NULL,
    -- JSON: the change, the product as it was, and what was made.
    change TEXT COLLATE "C" NOT NULL,
    product_before TEXT COLLATE "C",
    product_name TEXT COLLATE "C" NOT NULL,
    version_name TEXT COLLATE "C" NOT NULL,
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
CREATE INDEX catalog_change_time ON catalog_change (created_at, id);
-- One at a time in each product, and one of a new product of each name.
CREATE UNIQUE INDEX catalog_change_applying ON catalog_change (region, product_name) WHERE state = 'applying';
