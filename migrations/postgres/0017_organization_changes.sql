-- How many changes of policies the mirror was brought in line with: a reading that began before one of them is out of date.
ALTER TABLE organization_state ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
