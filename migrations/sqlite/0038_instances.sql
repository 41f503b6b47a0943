-- Instance types that may be asked for under a rule, one in a line; empty: any.
ALTER TABLE product_access ADD COLUMN instances TEXT NOT NULL DEFAULT '';
