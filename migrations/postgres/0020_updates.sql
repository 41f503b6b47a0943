-- What a request asks for: `provision` a new environment, `update` one that is there.
ALTER TABLE request ADD COLUMN kind TEXT NOT NULL DEFAULT 'provision';
-- One change of an environment waits for a decision at a time.
CREATE UNIQUE INDEX request_undecided_of_environment ON request (environment_id)
    WHERE state = 'submitted' AND environment_id IS NOT NULL;
CREATE INDEX request_environment ON request (environment_id);
-- The update that is being made of an environment, or that failed.
ALTER TABLE environment ADD COLUMN update_request_id TEXT REFERENCES request (id);
-- What AWS was last sent: JSON, without secrets.
ALTER TABLE environment ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}';
-- What its termination leaves in AWS: `nothing`, `undeletable` or `everything`.
ALTER TABLE environment ADD COLUMN leaves TEXT NOT NULL DEFAULT 'nothing';
-- That it waits for the platform team: JSON.
ALTER TABLE environment ADD COLUMN handed_over TEXT;
CREATE INDEX environment_handed_over ON environment (created_at, id) WHERE handed_over IS NOT NULL;
-- Read anew, with what tells two versions apart.
DELETE FROM artifact_template;
-- Read anew, with the portfolios that an account launches by; what was read before does not take the place of what was read
-- after it.
DELETE FROM launch_standing;
DELETE FROM account_quotas;
ALTER TABLE launch_standing ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_quotas ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0;
