//! Every endpoint with whom it refuses and whom it lets through.

use crate::state::FRAUD_DEV;

/// One endpoint's row. `{...}` in the path and in values stand for what [`Things`] has.
pub(super) struct Row {
    pub(super) method: &'static str,
    /// As the router writes it.
    pub(super) path: &'static str,
    /// What is asked for or posted, in place of the router's path.
    pub(super) concrete: &'static str,
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// People who are refused, and why: the wrong project, the wrong role, or no role.
    pub(super) refused: &'static [&'static str],
    /// Who is let through.
    pub(super) allowed: &'static str,
}

const fn page(
    path: &'static str,
    concrete: &'static str,
    refused: &'static [&'static str],
    allowed: &'static str,
) -> Row {
    Row { method: "GET", path, concrete, fields: &[], refused, allowed }
}

const fn form(
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    refused: &'static [&'static str],
    allowed: &'static str,
) -> Row {
    Row { method: "POST", path, concrete: path, fields, refused, allowed }
}

/// Everybody but admins and auditors.
const NOT_PLATFORM: &[&str] = &["fraud-scientist", "fraud-lead", "newcomer"];
/// Everybody but admins.
const NOT_ADMIN: &[&str] = &["fraud-scientist", "fraud-lead", "auditor", "newcomer"];

pub(super) const ROWS: &[Row] = &[
    page("/", "/", &[], "fraud-scientist"),
    page("/catalog", "/catalog", &["newcomer"], "fraud-scientist"),
    page("/catalog/{product}", "/catalog/{fraud_only}", &["churn-scientist", "newcomer"], "fraud-scientist"),
    page(
        "/catalog/{product}/request",
        "/catalog/{fraud_only}/request",
        &["churn-scientist", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    page("/requests", "/requests", &["newcomer"], "fraud-scientist"),
    page("/requests/{id}", "/requests/{request}", &["churn-scientist", "churn-lead", "newcomer"], "fraud-scientist"),
    page("/approvals", "/approvals", &["newcomer"], "fraud-lead"),
    page("/approvals/delegations", "/approvals/delegations", &[], "fraud-lead"),
    page(
        "/approvals/decide",
        "/approvals/decide?id={request}",
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-lead",
    ),
    page("/environments", "/environments", &["newcomer"], "fraud-scientist"),
    page(
        "/environments/{id}",
        "/environments/{environment}",
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    page(
        "/environments/{id}/events",
        "/environments/{environment}/events",
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    page(
        "/environments/{id}/update",
        "/environments/{environment}/update",
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    // One's own access is for others to revoke.
    page(
        "/revoke",
        "/revoke?environment={environment}",
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    page("/revocations", "/revocations", &["fraud-scientist", "newcomer"], "churn-lead"),
    page(
        "/revocations/{id}",
        "/revocations/{revocation}",
        &["churn-scientist", "fraud-lead", "newcomer"],
        "churn-lead",
    ),
    page("/organization", "/organization", NOT_PLATFORM, "auditor"),
    page("/organization/{node}", "/organization/{unit}", NOT_PLATFORM, "auditor"),
    page("/organization/compare", "/organization/compare?left={unit}&right=r-stgt", NOT_PLATFORM, "auditor"),
    page("/organization/policies", "/organization/policies", NOT_PLATFORM, "auditor"),
    page("/organization/policies/{id}", "/organization/policies/p-denyendpoints", NOT_PLATFORM, "auditor"),
    page("/organization/matrix", "/organization/matrix", NOT_PLATFORM, "auditor"),
    page("/organization/changes", "/organization/changes", NOT_PLATFORM, "auditor"),
    // Until it is applied, a change is shown to whoever entered it, and to no other admin.
    page("/organization/changes/{id}", "/organization/changes/{change}", NOT_ADMIN, "admin"),
    page("/audit", "/audit", NOT_PLATFORM, "auditor"),
    // A list: everybody has one, of what they may see.
    page("/environments/export.csv", "/environments/export.csv?state=all", &[], "newcomer"),
    page("/audit/export.csv", "/audit/export.csv", NOT_PLATFORM, "auditor"),
    page("/audit/export.jsonl", "/audit/export.jsonl", NOT_PLATFORM, "auditor"),
    // One's own alone; who has no role has nothing in it yet.
    page("/inbox", "/inbox", &["newcomer"], "auditor"),
    page("/admin/notifications", "/admin/notifications", NOT_PLATFORM, "auditor"),
    page("/admin/idle", "/admin/idle", NOT_PLATFORM, "auditor"),
    page("/profile", "/profile", &[], "newcomer"),
    page("/admin/projects", "/admin/projects", NOT_PLATFORM, "admin"),
    page("/admin/projects/{id}", "/admin/projects/fraud-detection", NOT_PLATFORM, "admin"),
    page("/admin/approvals", "/admin/approvals", NOT_PLATFORM, "auditor"),
    page("/admin/mappings", "/admin/mappings", NOT_PLATFORM, "admin"),
    page("/admin/people", "/admin/people", NOT_PLATFORM, "admin"),
    page("/admin/products", "/admin/products", NOT_PLATFORM, "admin"),
    page("/admin/products/{id}", "/admin/products/{fraud_only}", NOT_PLATFORM, "admin"),
    form(
        "/api/submit_request",
        &[
            ("product", "{fraud_only}"),
            ("artifact", "{artifact}"),
            ("target", FRAUD_DEV),
            ("name", "posted-one"),
            ("justification", "for the fraud model"),
            ("lease_days", "30"),
            ("tag[workload]", "training"),
            ("form_token", "{form_token}"),
        ],
        &["churn-scientist", "auditor", "admin", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/show_request_form",
        &[
            ("product", "{fraud_only}"),
            ("artifact", "{artifact}"),
            ("target", FRAUD_DEV),
            ("name", "typed so far"),
            ("form_token", "{form_token}"),
        ],
        &["churn-scientist", "auditor", "admin", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/question_request",
        &[("id", "{to_withdraw}"), ("version", "1"), ("question", "How much data?")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/answer_request",
        &[("id", "{to_withdraw}"), ("version", "2"), ("answer", "A terabyte.")],
        &["fraud-lead", "churn-scientist", "admin", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/withdraw_request",
        &[("id", "{to_withdraw}"), ("version", "3")],
        &["churn-scientist", "fraud-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/decide_request",
        &[("id", "{request}"), ("version", "1"), ("decision", "deny"), ("comment", "not now")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/decide_requests",
        &[("chosen", "{request}:1"), ("decision", "deny"), ("comment", "not now")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/end_delegation",
        &[("id", "{delegation}")],
        &["auditor", "fraud-lead", "fraud-scientist", "newcomer"],
        "admin",
    ),
    form(
        "/api/delegate_decisions",
        &[("to", "priya.adams@example.com"), ("until", "{tomorrow}"), ("reason", "On leave")],
        &["auditor", "fraud-scientist", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/request_again",
        &[("id", "{request}")],
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/launch_environment",
        &[("id", "{environment}")],
        &["churn-scientist", "fraud-lead", "admin", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/retry_environment",
        &[("id", "{failed}")],
        &["churn-scientist", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    // While it lives.
    form(
        "/api/observe_environment",
        &[("id", "{environment}")],
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/stop_running",
        &[("id", "{environment}"), ("what", "all")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/start_notebook_instance",
        &[("id", "{environment}")],
        &["churn-scientist", "churn-lead", "fraud-lead", "admin", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/mark_running_job",
        &[("id", "{environment}"), ("what", "{app}"), ("job_reason", "a fit"), ("job_hours", "2")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/unmark_running_job",
        &[("id", "{environment}"), ("what", "{app}")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/extend_lease",
        &[("id", "{environment}")],
        &["churn-scientist", "churn-lead", "admin", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/request_extension",
        &[("id", "{environment}"), ("extension_days", "200"), ("extension_reason", "One more run")],
        &["churn-scientist", "churn-lead", "admin", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/show_update_form",
        &[("id", "{environment}"), ("artifact", "{artifact}"), ("justification", "typed so far")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/submit_update",
        &[
            ("id", "{environment}"),
            ("artifact", "{artifact}"),
            ("justification", "for the fraud model"),
            ("version", "{seen_version}"),
        ],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    // The version that it has already: nothing is to be done.
    form(
        "/api/adopt_version",
        &[("id", "{environment}"), ("artifact", "{artifact}")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/hold_environment",
        &[("id", "{environment}"), ("hold_reason", "an audit"), ("hold_until", "2026-12-31")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/release_environment",
        &[("id", "{environment}")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "admin",
    ),
    form(
        "/api/hand_over_environment",
        &[("id", "{environment}"), ("handover_note", "I cannot go on")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/hand_back_environment",
        &[("id", "{environment}")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "admin",
    ),
    form(
        "/api/terminate_environment",
        &[("id", "{environment}"), ("version", "{version}"), ("confirm", "runs")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-scientist",
    ),
    form(
        "/api/revoke_access",
        &[("environment", "{failed}"), ("reach", "environment"), ("reason", "to be tried")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/retry_revocation",
        &[("id", "{revocation}")],
        &["churn-scientist", "fraud-lead", "auditor", "newcomer"],
        "churn-lead",
    ),
    form(
        "/api/restore_access",
        &[("id", "{revocation}"), ("version", "{revocation_version}")],
        &["churn-scientist", "fraud-lead", "auditor", "newcomer"],
        "churn-lead",
    ),
    // A handle of nobody's is ended by nobody; of one's own, by oneself: `sessions.rs` has that case.
    form("/api/end_session", &[("handle", "{handle}")], &["churn-scientist", "auditor", "newcomer"], "fraud-scientist"),
    // Ends nobody's but one's own: everybody may.
    form("/api/end_other_sessions", &[], &[], "newcomer"),
    form("/api/end_sessions_of", &[("person", "{person}")], NOT_ADMIN, "admin"),
    form("/api/probe_guardrails", &[("account", "601000000002")], NOT_PLATFORM, "auditor"),
    form("/api/refresh_catalog", &[], NOT_ADMIN, "admin"),
    form(
        "/api/preview_policy_change",
        &[("kind", "attach"), ("policy", "p-denyendpoints"), ("node", "r-stgt"), ("from", "policy")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/apply_policy_change", &[("id", "{change}")], NOT_ADMIN, "admin"),
    form("/api/retry_policy_change", &[("id", "{change}")], NOT_ADMIN, "admin"),
    // Touches nobody's but one's own: everybody may.
    form("/api/read_notifications", &[], &[], "auditor"),
    form("/api/save_notification_choices", &[("topic[lease_ending]", "yes")], &[], "auditor"),
    form("/api/test_webhook", &[("id", "{webhook}")], NOT_ADMIN, "admin"),
    form("/api/retry_delivery", &[("id", "{dead}")], NOT_ADMIN, "admin"),
    form("/api/discard_delivery", &[("id", "{dead_too}")], NOT_ADMIN, "admin"),
    form(
        "/api/save_webhook",
        &[("name", "another"), ("kind", "slack"), ("url", "http://127.0.0.1:9/another"), ("topic[handed_over]", "yes")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_idle_rule",
        &[("stage", "prod"), ("instances", "ml.g5"), ("limit", "after"), ("minutes", "120")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/remove_idle_rule", &[("id", "{idle_rule}")], NOT_ADMIN, "admin"),
    form("/api/remove_webhook", &[("id", "{webhook}")], NOT_ADMIN, "admin"),
    form("/api/set_theme", &[("theme", "dark"), ("return_to", "/catalog")], &[], "newcomer"),
    form(
        "/api/save_project",
        &[("id", "new-project"), ("name", "New"), ("cost_center", "CC-1"), ("data_class", "internal")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_project_account",
        &[
            ("project", "new-project"),
            ("account", "603000000001"),
            ("region", "eu-west-1"),
            ("stage", "dev"),
            ("name", "new-project-dev"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/remove_project_account",
        &[("project", "new-project"), ("account", "603000000001"), ("region", "eu-west-1")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/add_group_mapping",
        &[("group", "more-members"), ("grant", "member"), ("project", "churn-prediction")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_approval_floor",
        &[("stage", "prod"), ("data_class", ""), ("who_1", "lead"), ("people_1", "2")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/remove_approval_floor", &[("id", "{floor}")], NOT_ADMIN, "admin"),
    form(
        "/api/add_approver",
        &[("group", "fraud-detection-members"), ("who", "data_owner"), ("project", "churn-prediction")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/remove_approver", &[("id", "{approver}")], NOT_ADMIN, "admin"),
    form("/api/remove_group_mapping", &[("id", "{mapping}")], NOT_ADMIN, "admin"),
    form(
        "/api/save_product_access",
        &[
            ("product", "{fraud_only}"),
            ("project", "fraud-detection"),
            ("stage", "dev"),
            ("who_1", "lead"),
            ("people_1", "1"),
            ("max_lease_days", "10"),
            ("version", "1"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_parameter_binding",
        &[("product", "{bound}"), ("parameter", "InstanceType"), ("source", "ask"), ("value", ""), ("version", "1")],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/save_product_settings",
        &[("product", "{bound}"), ("typical_minutes", "7"), ("version", "1")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/accept_binding_proposals", &[("product", "{bound}"), ("id", "{bound}")], NOT_ADMIN, "admin"),
    form("/api/remove_parameter_binding", &[("id", "{binding}"), ("product", "{bound}")], NOT_ADMIN, "admin"),
    form("/api/remove_product_access", &[("id", "{access}"), ("product", "{fraud_only}")], NOT_ADMIN, "admin"),
];
