-- Changes of portfolios beside those of products: what was there before is the product, the portfolio, or both.
ALTER TABLE catalog_change RENAME COLUMN product_before TO was;
UPDATE catalog_change SET was = '{"product":' || was || '}' WHERE was IS NOT NULL;
ALTER TABLE catalog_change ADD COLUMN portfolio_name TEXT NOT NULL DEFAULT '';
ALTER TABLE catalog_change ADD COLUMN tag_option_name TEXT NOT NULL DEFAULT '';
-- What is changed by one at a time.
ALTER TABLE catalog_change ADD COLUMN subject TEXT NOT NULL DEFAULT '';
UPDATE catalog_change SET subject = 'product ' || product_name;
DROP INDEX catalog_change_applying;
CREATE UNIQUE INDEX catalog_change_applying ON catalog_change (region, subject) WHERE state = 'applying';
-- How many environments have each version of a product.
CREATE INDEX environment_of_product ON environment (product_id, artifact_id) WHERE state <> 'terminated';
-- Another number after each part of the mirror that was put anew by itself: a reading of the whole that began before is old.
ALTER TABLE mirror_state ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
-- Templates as they were written, each once: a version's never changes. All are read anew.
CREATE TABLE template_source (
    -- SHA-256 of the text, in hexadecimal.
    id TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
DELETE FROM artifact_template;
ALTER TABLE artifact_template ADD COLUMN source_id TEXT NOT NULL DEFAULT '';
-- Names the properties that the body keeps: another name, and it is made anew.
ALTER TABLE artifact_template ADD COLUMN kept_properties TEXT NOT NULL DEFAULT '';
CREATE INDEX artifact_template_source ON artifact_template (source_id);
-- The mirror of TagOptions, with what they are on. The body is JSON.
CREATE TABLE tag_option (
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (region, id)
) STRICT;
CREATE INDEX tag_option_key ON tag_option (key, value, id);
-- Statistics that were gathered before misled: see crates/store/src/dialect.rs.
DROP TABLE IF EXISTS sqlite_stat1;
