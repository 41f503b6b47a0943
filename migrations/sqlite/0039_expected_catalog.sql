-- What the catalog of a region is to be, and what of it is other.
CREATE TABLE expected_catalog (
    region TEXT NOT NULL PRIMARY KEY,
    -- JSON.
    body TEXT NOT NULL,
    -- JSON: what was found when it was last compared.
    drift TEXT NOT NULL,
    compared_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
-- Templates that are expected: kept also where no version has them any more, to make one anew.
CREATE TABLE expected_template (
    region TEXT NOT NULL,
    source_id TEXT NOT NULL,
    PRIMARY KEY (region, source_id)
) STRICT;
CREATE INDEX expected_template_source ON expected_template (source_id);
-- What else puts back what was changed elsewhere, once this is made. JSON.
ALTER TABLE catalog_change ADD COLUMN rest TEXT;
