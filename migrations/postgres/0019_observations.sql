-- Times are milliseconds since the epoch.
-- What the last look at AWS found of an environment, and whether somebody waits for another.
CREATE TABLE observation (
    environment_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    asked_at BIGINT,
    read_at BIGINT,
    -- 1: AWS has it other than the portal left it.
    drifted BIGINT NOT NULL DEFAULT 0,
    -- JSON; absent before the first look.
    body TEXT COLLATE "C"
);
CREATE INDEX observation_asked ON observation (asked_at) WHERE asked_at IS NOT NULL;
CREATE INDEX observation_drifted ON observation (environment_id) WHERE drifted = 1;
-- For the round over all environments that nothing is at work on, account by account.
CREATE INDEX environment_at_rest ON environment (account_id, region, id) WHERE state IN ('available', 'tainted', 'error');
