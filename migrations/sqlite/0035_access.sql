-- Whom a portfolio is shared to, as people called it then.
ALTER TABLE catalog_change ADD COLUMN share_name TEXT NOT NULL DEFAULT '';
