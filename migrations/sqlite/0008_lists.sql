-- Which operation was at work when an event of the stack came in: a termination's events are not the provisioning's. NULL
-- where nobody knows.
ALTER TABLE stack_event ADD COLUMN operation_id TEXT;
UPDATE stack_event SET operation_id = (
    SELECT operation.id FROM operation
    WHERE operation.environment_id = stack_event.environment_id AND operation.created_at <= stack_event.at
    ORDER BY operation.created_at DESC, operation.id DESC LIMIT 1
);

-- The audit log's filter by kind of resource.
CREATE INDEX audit_event_resource_kind ON audit_event (resource_kind, at, id);
