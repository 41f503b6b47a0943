-- Times are milliseconds since the epoch.
-- A rule of approval is its steps: `none`, or `lead`, `lead:2,data_owner,admin`.
UPDATE product_access SET approval = 'lead' WHERE approval = 'one_lead';
UPDATE request SET approval = 'lead' WHERE approval = 'one_lead';

-- Who agreed at which step so far: JSON array.
ALTER TABLE request ADD COLUMN agreed TEXT COLLATE "C" NOT NULL DEFAULT '[]';
-- Who decides the step that is open, or was at the end: `lead`, `data_owner`, `admin`; NULL where nobody is asked.
ALTER TABLE request ADD COLUMN step TEXT COLLATE "C";
UPDATE request SET step = 'lead' WHERE approval = 'lead';
-- How many people had a part in its decisions so far.
ALTER TABLE request ADD COLUMN deciders BIGINT NOT NULL DEFAULT 0;
CREATE INDEX request_step_time ON request (state, step, submitted_at, id);
CREATE INDEX request_step_place ON request (state, step, project_id, product_id, stage, deciders);

-- What somebody decided at a step of a request: once, by themselves or by somebody whom they delegated it to.
CREATE TABLE request_decision (
    request_id TEXT COLLATE "C" NOT NULL REFERENCES request (id),
    step BIGINT NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    -- On whose behalf; NULL for their own.
    for_issuer TEXT COLLATE "C",
    for_subject TEXT COLLATE "C",
    -- `approve` or `deny`.
    verdict TEXT COLLATE "C" NOT NULL,
    comment TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (request_id, issuer, subject)
);
CREATE UNIQUE INDEX request_decision_for ON request_decision (request_id, for_issuer, for_subject)
    WHERE for_issuer IS NOT NULL;
CREATE INDEX request_decision_time ON request_decision (request_id, at, step);
CREATE INDEX request_decision_person ON request_decision (issuer, subject, at);
CREATE INDEX request_decision_for_person ON request_decision (for_issuer, for_subject, at);
INSERT INTO request_decision (request_id, step, who, issuer, subject, verdict, comment, at)
SELECT id, 0, 'lead', decision::json -> 'by' ->> 'issuer', decision::json -> 'by' ->> 'subject',
    decision::json ->> 'kind', decision::json ->> 'comment', decided_at
FROM request
WHERE state IN ('approved', 'denied') AND decided_at IS NOT NULL AND (decision::json -> 'by' ->> 'issuer') IS NOT NULL;

-- The least that requests in a stage, or with data of a class, are decided by. Empty: any.
CREATE TABLE approval_floor (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    stage TEXT COLLATE "C" NOT NULL,
    data_class TEXT COLLATE "C" NOT NULL,
    approval TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX approval_floor_place ON approval_floor (stage, data_class);

-- The people of a group decide steps of `who`. NULL: any.
CREATE TABLE approver (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    group_name TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" REFERENCES project (id),
    product_id TEXT COLLATE "C",
    stage TEXT COLLATE "C"
);
CREATE UNIQUE INDEX approver_place
    ON approver (group_name, who, coalesce(project_id, ''), coalesce(product_id, ''), coalesce(stage, ''));
CREATE INDEX approver_project ON approver (project_id);

-- How many of the reminders that a request waits were given.
ALTER TABLE request ADD COLUMN reminders BIGINT NOT NULL DEFAULT 0;

-- What those who decide asked back, and what the requester answered.
CREATE TABLE request_message (
    request_id TEXT COLLATE "C" NOT NULL REFERENCES request (id),
    number BIGINT NOT NULL,
    -- `question` or `answer`.
    kind TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (request_id, number)
);

-- Who decides in whose place, until when.
CREATE TABLE delegation (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    to_issuer TEXT COLLATE "C" NOT NULL,
    to_subject TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    -- NULL: it ends by itself.
    ended_at BIGINT
);
CREATE INDEX delegation_until ON delegation (until_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX delegation_once ON delegation (issuer, subject, to_issuer, to_subject) WHERE ended_at IS NULL;
CREATE INDEX delegation_to ON delegation (to_issuer, to_subject, until_at) WHERE ended_at IS NULL;
CREATE INDEX person_email ON person (lower(email));
