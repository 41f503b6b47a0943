-- The whole organization in place of the ways to the accounts of projects. It is read anew: until then nothing is known of it,
-- which the state has to say.
DROP TABLE account_path;
DELETE FROM service_control_policy;
DELETE FROM organization_state;

CREATE TABLE organization_node (
    id TEXT NOT NULL PRIMARY KEY,
    -- Depth first: what is below a node has the positions after its own, up to `last`.
    position INTEGER NOT NULL,
    last INTEGER NOT NULL,
    -- root, unit, account
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- JSON: ids from the root down to its parent.
    above TEXT NOT NULL,
    -- 1: no service control policy reaches it.
    exempt INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX organization_node_by_position ON organization_node (position);
CREATE INDEX organization_node_by_kind ON organization_node (kind, position);

-- What is attached to the node itself.
CREATE TABLE policy_attachment (
    node_id TEXT NOT NULL,
    policy_id TEXT NOT NULL,
    PRIMARY KEY (node_id, policy_id)
) STRICT;
CREATE INDEX policy_attachment_by_policy ON policy_attachment (policy_id, node_id);

ALTER TABLE service_control_policy ADD COLUMN description TEXT NOT NULL DEFAULT '';
-- 1: AWS's own.
ALTER TABLE service_control_policy ADD COLUMN aws_managed INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX service_control_policy_by_name ON service_control_policy (name, id);
