-- How many things of an environment were paid for by the hour at the last look; counted anew at the next one.
ALTER TABLE observation ADD COLUMN running INTEGER NOT NULL DEFAULT 0;
CREATE INDEX observation_running ON observation (environment_id) WHERE running > 0;
-- Lists and counts over all projects and of one.
CREATE INDEX environment_account ON environment (account_id, created_at, id);
CREATE INDEX environment_living ON environment (created_at, id) WHERE state <> 'terminated';
CREATE INDEX environment_fleet ON environment (state, stage, account_id, artifact_id) WHERE state <> 'terminated';
CREATE INDEX environment_of_people ON environment (project_id, owner_issuer, owner_subject) WHERE state <> 'terminated';
CREATE INDEX environment_version ON environment (artifact_id, created_at, id);
