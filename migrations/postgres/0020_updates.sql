-- What a request asks for: `provision` a new environment, `update` one that is there.
ALTER TABLE request ADD COLUMN kind TEXT NOT NULL DEFAULT 'provision';
-- One change of an environment waits for a decision at a time.
CREATE UNIQUE INDEX request_undecided_of_environment ON request (environment_id)
    WHERE state = 'submitted' AND environment_id IS NOT NULL;
-- The update that is being made of an environment, or that failed.
ALTER TABLE environment ADD COLUMN update_request_id TEXT REFERENCES request (id);
-- What AWS was last sent: JSON, without secrets.
ALTER TABLE environment ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}';
-- Read anew, with what tells two versions apart.
DELETE FROM artifact_template;
