-- When the operation came to its step: time limits hold per step. Milliseconds since the epoch.
ALTER TABLE operation ADD COLUMN step_entered_at BIGINT NOT NULL DEFAULT 0;
UPDATE operation SET step_entered_at = created_at;
