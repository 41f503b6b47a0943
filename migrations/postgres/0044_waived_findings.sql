-- How many findings of the template it lets pass; of waivers that were given before it is not known better.
ALTER TABLE template_waiver ADD COLUMN findings BIGINT NOT NULL DEFAULT 1;
