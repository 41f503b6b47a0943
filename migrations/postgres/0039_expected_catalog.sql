-- What the catalog of a region is to be, and what of it is other.
CREATE TABLE expected_catalog (
    region TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- JSON.
    body TEXT COLLATE "C" NOT NULL,
    -- JSON: what was found when it was last compared.
    drift TEXT COLLATE "C" NOT NULL,
    compared_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- Templates that are expected: kept also where no version has them any more, to make one anew.
CREATE TABLE expected_template (
    region TEXT COLLATE "C" NOT NULL,
    source_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (region, source_id)
);
CREATE INDEX expected_template_source ON expected_template (source_id);
-- What else puts back what was changed elsewhere, once this is made. JSON.
ALTER TABLE catalog_change ADD COLUMN rest TEXT COLLATE "C";
