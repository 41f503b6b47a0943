-- Whom a portfolio is shared to, as people called it then.
ALTER TABLE catalog_change ADD COLUMN share_name TEXT COLLATE "C" NOT NULL DEFAULT '';
-- What an admin lets pass in a template until a day, although a rule does not hold.
CREATE TABLE template_waiver (
    template_id TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    until_at BIGINT NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (template_id, rule)
);
CREATE INDEX template_waiver_until ON template_waiver (until_at);
