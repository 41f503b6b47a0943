//! Every form with whom it refuses and whom it lets through, in an order in which each has something to do.

use super::rows::{NOT_ADMIN, NOT_PLATFORM, Row};
use crate::state::FRAUD_DEV;

pub(super) const fn form(
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    refused: &'static [&'static str],
    allowed: &'static str,
) -> Row {
    Row { method: "POST", path, concrete: path, fields, refused, allowed }
}

/// What nobody looked at.
const DRIFTED: &[(&str, &str)] =
    &[("region", "eu-west-1"), ("thing", "{\"kind\":\"product\",\"name\":\"None\"}"), ("seen", "another")];

pub(super) const FORMS: &[Row] = &[
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
        &[("delegate", "priya.adams@example.com"), ("until", "{tomorrow}"), ("reason", "On leave")],
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
        &[("id", "{failed}"), ("extension_days", "200"), ("extension_reason", "One more run")],
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
        "/api/act_on_environments",
        &[("act", "stop"), ("chosen", "{environment}:{version}:1"), ("together_reason", "the quarter is over")],
        &["churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    // Its tag is its owner's: who may have it put back is told so.
    form(
        "/api/repair_owner",
        &[("id", "{environment}"), ("version", "{version}")],
        &["fraud-scientist", "churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    // Its tags are as they would be given now: who may have them put right is told so.
    form(
        "/api/push_tags",
        &[("id", "{environment}"), ("version", "{version}")],
        &["fraud-scientist", "churn-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/adopt_product",
        &[
            ("id", "{unmanaged}"),
            ("adopt_owner", "lena.fischer@example.com"),
            ("adopt_days", "10"),
            ("adopt_reason", "to be tried"),
        ],
        NOT_ADMIN,
        "admin",
    ),
    form(
        "/api/transfer_environment",
        &[
            ("id", "{environment}"),
            ("version", "{version}"),
            ("transfer_to", "lena.fischer@example.com"),
            ("transfer_reason", "to be tried"),
        ],
        &["fraud-scientist", "churn-scientist", "churn-lead", "auditor", "newcomer"],
        "admin",
    ),
    form(
        "/api/terminate_environment",
        &[("id", "{failed}"), ("version", "1"), ("confirm", "failed")],
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
        "/api/continue_rollout",
        &[("id", "{rollout}"), ("version", "1")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "fraud-lead",
    ),
    form(
        "/api/end_rollout",
        &[("id", "{rollout}")],
        &["fraud-scientist", "churn-lead", "auditor", "newcomer"],
        "admin",
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
    form("/api/enter_blueprint", &[("blueprint", "[[unit]]\npath = \"Research\"\n")], NOT_ADMIN, "admin"),
    // What was looked at is another by then: who may apply it is told so.
    form(
        "/api/apply_blueprint",
        &[("blueprint", "[[unit]]\npath = \"Research\"\n"), ("seen", "another")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/adopt_catalog_drift", DRIFTED, NOT_ADMIN, "admin"),
    form("/api/put_catalog_drift_back", DRIFTED, NOT_ADMIN, "admin"),
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
    form(
        "/api/save_tag_rule",
        &[("tag_key", "review"), ("stage", "prod"), ("data_class", "any"), ("tag_values", "yes")],
        NOT_ADMIN,
        "admin",
    ),
    form("/api/remove_tag_rule", &[("id", "{tag_rule}")], NOT_ADMIN, "admin"),
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
