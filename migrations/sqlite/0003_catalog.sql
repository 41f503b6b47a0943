-- Times are milliseconds since the epoch.
-- The mirror of Service Catalog, region by region. The bodies are JSON; nothing refers to these rows, because a product
-- that left the catalog still has requests and environments.
CREATE TABLE portfolio (
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;

CREATE TABLE product (
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Name, description and owner in small letters, for the search.
    search TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;
CREATE INDEX product_id ON product (id);
CREATE INDEX product_name ON product (name, id);

CREATE TABLE mirror_state (
    region TEXT NOT NULL PRIMARY KEY,
    -- When the region was last read whole.
    refreshed_at INTEGER,
    -- JSON: why the last attempt failed.
    problem TEXT
) STRICT;
