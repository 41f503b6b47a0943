-- Whom a portfolio is shared to, as people called it then.
ALTER TABLE catalog_change ADD COLUMN share_name TEXT NOT NULL DEFAULT '';
-- What an admin lets pass in a template until a day, although a rule does not hold.
CREATE TABLE template_waiver (
    template_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (template_id, rule)
) STRICT;
CREATE INDEX template_waiver_until ON template_waiver (until_at);
