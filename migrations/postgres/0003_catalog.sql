-- Times are milliseconds since the epoch. Texts compare by their bytes, as in SQLite.
-- The mirror of Service Catalog, region by region. The bodies are JSON; nothing refers to these rows, because a product
-- that left the catalog still has requests and environments.
CREATE TABLE portfolio (
    region TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region, id)
);

CREATE TABLE product (
    region TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- Name, description and owner in small letters, for the search.
    search TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region, id)
);
CREATE INDEX product_id ON product (id);
CREATE INDEX product_name ON product (name, id);

CREATE TABLE mirror_state (
    region TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- When the region was last read whole.
    refreshed_at BIGINT,
    -- JSON: why the last attempt failed.
    problem TEXT COLLATE "C"
);
