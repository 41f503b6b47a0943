//! All that differs between SQLite and Postgres, besides the types of the columns in the migrations.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::run::On;

/// How long a statement waits for another process's write (SQLite) before it gives up.
const BUSY: Duration = Duration::from_secs(10);

/// Begins a transaction that writes. SQLite's default begins as a reader, and two readers that both want to write cannot
/// both go on.
pub(crate) const SQLITE_BEGIN: &str = "BEGIN IMMEDIATE";

/// Ends a `SELECT` of rows that the transaction goes on to change. SQLite's transactions are alone as they are.
pub(crate) fn for_update(on: &On<'_>) -> &'static str {
    if on.is_postgres() { " FOR UPDATE" } else { "" }
}

/// Ends the inner `SELECT` of a claim: rows that another worker is claiming at this moment are passed over.
pub(crate) fn skip_locked(on: &On<'_>) -> &'static str {
    if on.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" }
}

/// Takes a lock that lasts as long as the transaction; answers a row with 1, or none where another transaction has it.
/// SQLite has one writer at a time, so a transaction there has every lock.
pub(crate) fn try_lock(on: &On<'_>) -> &'static str {
    if on.is_postgres() {
        "SELECT 1::bigint AS n WHERE pg_try_advisory_xact_lock($1)"
    } else {
        "SELECT 1 AS n WHERE $1 IS NOT NULL"
    }
}

/// Takes a lock that lasts as long as the transaction, once nobody else has it; answers a row with 1.
pub(crate) fn lock(on: &On<'_>) -> &'static str {
    if on.is_postgres() {
        "SELECT 1::bigint AS n FROM (SELECT pg_advisory_xact_lock($1)) AS held"
    } else {
        "SELECT 1 AS n WHERE $1 IS NOT NULL"
    }
}

/// A connection that writes. `FULL`: what a person was told, and what AWS was asked for, survives a power cut. No statistics are
/// gathered: they know of a column how many values it has and not how rare each is, so that among a hundred thousand decided
/// requests the index that finds the three that wait looks useless, and each page reads them all. Without them every query
/// has the plan that `plans.rs` holds it to.
pub(crate) fn sqlite_writer(options: SqliteConnectOptions, durable: bool) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(if durable { SqliteSynchronous::Full } else { SqliteSynchronous::Off })
        .foreign_keys(true)
        .busy_timeout(BUSY)
}

/// A connection that only reads.
pub(crate) fn sqlite_reader(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options.busy_timeout(BUSY).pragma("query_only", "ON")
}

pub(crate) fn postgres(options: PgConnectOptions, statement_timeout: Duration) -> PgConnectOptions {
    let limit = statement_timeout.as_millis().to_string();
    options.application_name("studiogate").options([("statement_timeout", limit)])
}

/// Whether trying again later can help.
pub(crate) fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => match error.code().as_deref() {
            // SQLite: BUSY, LOCKED, READONLY, IOERR, FULL and CANTOPEN with their extended codes (in the low byte).
            Some(code) if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => {
                code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
            }
            // Postgres: connection exceptions, insufficient resources, operator intervention, serialization and
            // deadlock, sign-in refused, database missing.
            Some(code) => ["08", "53", "57", "40", "28", "3D"].iter().any(|class| code.starts_with(class)),
            None => false,
        },
        _ => false,
    }
}

/// What must be the only one of its kind: name of the Postgres index, how SQLite names the columns, words.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("project_pkey", "project.id", "project id"),
    ("project_name", "project.name", "project name"),
    ("catalog_change_applying", "catalog_change.region, catalog_change.subject", "product"),
    (
        "project_account_pkey",
        "project_account.project_id, project_account.account_id, project_account.region",
        "account and region",
    ),
    ("group_mapping_platform", "group_mapping.group_name, group_mapping.role", "group and role"),
    (
        "group_mapping_project",
        "group_mapping.group_name, group_mapping.role, group_mapping.project_id",
        "group and role",
    ),
    (
        "product_access_rule",
        "product_access.product_id, product_access.project_id, product_access.stage",
        "product, project and stage",
    ),
    (
        "parameter_binding_rule",
        "parameter_binding.product_id, parameter_binding.account_id, parameter_binding.parameter",
        "product, account and parameter",
    ),
    ("approval_floor_place", "approval_floor.stage, approval_floor.data_class", "stage and data class"),
    ("approver_place", "index 'approver_place'", "group, step and place"),
    (
        "request_decision_pkey",
        "request_decision.request_id, request_decision.issuer, request_decision.subject",
        "request and person",
    ),
    (
        "request_decision_for",
        "request_decision.request_id, request_decision.for_issuer, request_decision.for_subject",
        "request and person",
    ),
    ("request_message_pkey", "request_message.request_id, request_message.number", "number of a question or answer"),
    (
        "delegation_once",
        "delegation.issuer, delegation.subject, delegation.to_issuer, delegation.to_subject",
        "delegation to the same person",
    ),
    ("blueprint_applying", "blueprint.state", "one at a time"),
    ("tag_rule_for", "tag_rule.tag_key, tag_rule.stage, tag_rule.data_class", "key, stage and data class"),
    ("idle_rule_for", "idle_rule.stage, idle_rule.instances", "stage and instance types"),
    ("environment_request", "environment.request_id", "request"),
    (
        "environment_live_name",
        "environment.account_id, environment.region, environment.name",
        "environment name in its account",
    ),
    ("rollout_item_open", "rollout_item.environment_id", "environment that waits in a rollout"),
    ("rollout_item_request", "rollout_item.request_id", "request in a rollout"),
    ("operation_unfinished", "operation.subject_kind, operation.subject_id", "unfinished operation on the same thing"),
    ("audit_event_position", "audit_event.position", "position in the audit log"),
    ("audit_block_pkey", "audit_block.height", "height in the audit log"),
    ("person_studio_user_id", "person.studio_user_id", "name in AWS"),
];

/// In words, what there is twice.
pub(crate) fn duplicate_of(error: &dyn DatabaseError) -> &'static str {
    let constraint = error.constraint();
    let columns = error.message().rsplit_once("failed: ").map(|(_, columns)| columns);
    UNIQUE
        .iter()
        .find(|(name, sqlite, _)| constraint == Some(*name) || columns == Some(*sqlite))
        .map_or("identifier", |(_, _, what)| what)
}

/// The tables that refer to others, by name; SQLite does not say which it was.
pub(crate) fn table_name(table: &str) -> &'static str {
    const TABLES: &[&str] = &[
        "account_owner",
        "project_account",
        "group_mapping",
        "product_access",
        "approver",
        "request",
        "request_decision",
        "request_message",
        "environment",
        "job_mark",
        "stack_event",
        "operation",
        "rollout",
        "rollout_item",
        "person_group",
    ];
    TABLES.iter().find(|name| **name == table).copied().unwrap_or("row")
}
