-- A catalog's file names templates by their files.
CREATE INDEX template_by_file_name ON template (file_name, at);
-- The versions that nobody would update from, beside what lists say: a product can have hundreds.
ALTER TABLE product_summary ADD COLUMN current TEXT NOT NULL DEFAULT '[]';
UPDATE product_summary SET current = json_extract(body, '$.current');
-- What was found when a region was last compared. Apart from what is expected of it, which is large, and with its number before it: pages
-- that only count read no more than that.
CREATE TABLE catalog_drift (
    region TEXT NOT NULL PRIMARY KEY,
    things INTEGER NOT NULL,
    compared_at INTEGER NOT NULL,
    -- JSON.
    body TEXT NOT NULL
) STRICT;
-- Counted when it is compared again, which is at once.
INSERT INTO catalog_drift (region, things, compared_at, body) SELECT region, 0, compared_at, drift FROM expected_catalog;
ALTER TABLE expected_catalog DROP COLUMN drift;
ALTER TABLE expected_catalog DROP COLUMN compared_at;
