-- The change that another one takes back.
ALTER TABLE catalog_change ADD COLUMN takes_back TEXT COLLATE "C";
CREATE INDEX catalog_change_takes_back ON catalog_change (takes_back) WHERE takes_back IS NOT NULL;
-- JSON: the ids of the portfolios and products that are expected, by name.
ALTER TABLE expected_catalog ADD COLUMN ids TEXT COLLATE "C" NOT NULL DEFAULT '{}';
