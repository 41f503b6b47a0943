//! Every page with whom it refuses and whom it lets through.

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

/// Everybody but admins and auditors.
pub(super) const NOT_PLATFORM: &[&str] = &["fraud-scientist", "fraud-lead", "newcomer"];
/// Everybody but admins.
pub(super) const NOT_ADMIN: &[&str] = &["fraud-scientist", "fraud-lead", "auditor", "newcomer"];

pub(super) const PAGES: &[Row] = &[
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
        "/environments/together",
        "/environments/together?act=stop&id={environment}",
        &["churn-scientist", "churn-lead", "newcomer"],
        "fraud-lead",
    ),
    // What became of it is told to whoever asked for it.
    page(
        "/environments/together/{id}",
        "/environments/together/{together}",
        &["fraud-scientist", "churn-lead", "admin", "auditor", "newcomer"],
        "fraud-lead",
    ),
    page("/team", "/team", &["fraud-scientist", "churn-scientist", "newcomer"], "fraud-lead"),
    page("/admin/fleet", "/admin/fleet", NOT_PLATFORM, "auditor"),
    page("/admin/unmanaged", "/admin/unmanaged", NOT_PLATFORM, "auditor"),
    page("/admin/unmanaged/{id}", "/admin/unmanaged/{unmanaged}", NOT_PLATFORM, "auditor"),
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
    page("/rollouts", "/rollouts", &["newcomer"], "fraud-lead"),
    page("/rollouts/{id}", "/rollouts/{rollout}", &["fraud-scientist", "churn-lead", "newcomer"], "fraud-lead"),
    page("/organization", "/organization", NOT_PLATFORM, "auditor"),
    page("/organization/{node}", "/organization/{unit}", NOT_PLATFORM, "auditor"),
    page("/organization/compare", "/organization/compare?left={unit}&right=r-stgt", NOT_PLATFORM, "auditor"),
    page("/organization/policies", "/organization/policies", NOT_PLATFORM, "auditor"),
    page("/organization/blueprint", "/organization/blueprint", NOT_PLATFORM, "auditor"),
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
    page("/admin/tag-policy", "/admin/tag-policy", NOT_PLATFORM, "auditor"),
    page("/profile", "/profile", &[], "newcomer"),
    page("/admin/projects", "/admin/projects", NOT_PLATFORM, "admin"),
    page("/admin/projects/{id}", "/admin/projects/fraud-detection", NOT_PLATFORM, "admin"),
    page("/admin/approvals", "/admin/approvals", NOT_PLATFORM, "auditor"),
    page("/admin/mappings", "/admin/mappings", NOT_PLATFORM, "admin"),
    page("/admin/people", "/admin/people", NOT_PLATFORM, "admin"),
    page("/admin/catalog-files", "/admin/catalog-files?fill=yes", NOT_PLATFORM, "auditor"),
    page("/admin/drift", "/admin/drift", NOT_PLATFORM, "auditor"),
    page("/admin/changes", "/admin/changes", NOT_PLATFORM, "auditor"),
    page("/admin/changes/{id}", "/admin/changes/{catalog_change}", NOT_PLATFORM, "auditor"),
    page("/admin/tags", "/admin/tags", NOT_PLATFORM, "auditor"),
    page("/admin/tags/{id}", "/admin/tags/{tag_0}", NOT_PLATFORM, "auditor"),
    page("/admin/templates", "/admin/templates", NOT_PLATFORM, "auditor"),
    page("/admin/templates/{id}", "/admin/templates/{template}", NOT_PLATFORM, "auditor"),
    page("/admin/portfolios", "/admin/portfolios", NOT_PLATFORM, "auditor"),
    page("/admin/portfolios/{id}", "/admin/portfolios/{portfolio}", NOT_PLATFORM, "auditor"),
    page("/admin/products", "/admin/products", NOT_PLATFORM, "admin"),
    page(
        "/admin/products/{id}/constraints",
        "/admin/products/{made_0}/constraints?portfolio={portfolio}",
        NOT_PLATFORM,
        "auditor",
    ),
    page("/admin/products/{id}/versions", "/admin/products/{fraud_only}/versions", NOT_PLATFORM, "auditor"),
    page("/admin/products/{id}/visibility", "/admin/products/{fraud_only}/visibility", NOT_PLATFORM, "auditor"),
    page("/admin/products/{id}", "/admin/products/{fraud_only}", NOT_PLATFORM, "admin"),
];
