-- One change of an environment waits for a decision at a time, and beside it one request for more time.
DROP INDEX request_undecided_of_environment;
CREATE UNIQUE INDEX request_undecided_of_environment ON request (environment_id, kind)
    WHERE state = 'submitted' AND environment_id IS NOT NULL;
-- The requests about an environment by their time.
DROP INDEX request_environment;
CREATE INDEX request_environment ON request (environment_id, submitted_at, id);
