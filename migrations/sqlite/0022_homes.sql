-- The home file systems of an environment's own Studio domains, and what becomes of them: JSON.
ALTER TABLE environment ADD COLUMN homes TEXT NOT NULL DEFAULT '{"files":null,"all":[]}';
-- 1: it is terminated, and files are left in AWS.
ALTER TABLE environment ADD COLUMN keeps_files INTEGER NOT NULL DEFAULT 0;
CREATE INDEX environment_keeps_files ON environment (created_at, id) WHERE keeps_files = 1;
