-- JSON: who keeps it from being terminated at the end of its lease, why, and until when.
ALTER TABLE environment ADD COLUMN hold TEXT;
-- Milliseconds since the epoch.
ALTER TABLE environment ADD COLUMN held_until INTEGER;
-- What may have to be terminated.
DROP INDEX environment_lease;
CREATE INDEX environment_lease ON environment (updated_at, id, lease_ends_at)
    WHERE state IN ('available', 'tainted', 'error');
