-- Times are milliseconds since the epoch.
-- The live probe of an account: the last one that was asked for, and what each call found last.
CREATE TABLE probe (
    account TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    by_issuer TEXT COLLATE "C" NOT NULL,
    by_subject TEXT COLLATE "C" NOT NULL,
    asked_at BIGINT NOT NULL,
    -- 1: nobody has carried it out yet.
    waiting BIGINT NOT NULL,
    finished_at BIGINT,
    -- JSON.
    problem TEXT COLLATE "C",
    findings TEXT COLLATE "C" NOT NULL
);
CREATE INDEX probe_waiting ON probe (asked_at, account) WHERE waiting = 1;
