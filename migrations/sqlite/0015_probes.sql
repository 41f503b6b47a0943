-- Times are milliseconds since the epoch.
-- The live probe of an account: the last one that was asked for, and what each call found last.
CREATE TABLE probe (
    account TEXT NOT NULL PRIMARY KEY,
    by_issuer TEXT NOT NULL,
    by_subject TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    -- 1: nobody has carried it out yet.
    waiting INTEGER NOT NULL,
    finished_at INTEGER,
    -- JSON.
    problem TEXT,
    findings TEXT NOT NULL
) STRICT;
CREATE INDEX probe_waiting ON probe (asked_at, account) WHERE waiting = 1;
