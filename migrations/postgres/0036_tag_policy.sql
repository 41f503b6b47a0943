-- The portal's tag policy: which tags an environment has to carry, with which values.
CREATE TABLE tag_rule (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tag_key TEXT COLLATE "C" NOT NULL,
    -- Empty: every stage.
    stage TEXT COLLATE "C" NOT NULL,
    -- Empty: every data class.
    data_class TEXT COLLATE "C" NOT NULL,
    -- One in a line, * for any characters; empty: any value.
    tag_values TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX tag_rule_for ON tag_rule (tag_key, stage, data_class);
-- 1: it carries other tags than it would be launched with now.
ALTER TABLE observation ADD COLUMN tags_differ BIGINT NOT NULL DEFAULT 0;
CREATE INDEX observation_tags_differ ON observation (environment_id) WHERE tags_differ = 1;
