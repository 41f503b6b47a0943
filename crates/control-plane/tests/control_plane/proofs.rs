//! Proofs about the portal's policies: what `policies/specifications.cedar` says holds for every person, thing and context
//! that the schema knows, shown by `cedar-policy-symcc` and the solver cvc5. `cargo xtask test` brings the solver; otherwise
//! `CVC5` names it.
//!
//! What is proven is about the policies. That the facts they are given are the right ones is for the golden table, the tests
//! of `authorize`, and the ones of its loading.

use std::collections::BTreeSet;

use cedar_policy::{
    ActionConstraint, Authorizer, Decision, EntityUid, Policy, PolicyId, PolicySet, RequestEnv, Schema,
};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledPolicySet};

const POLICIES: &str = include_str!("../../../../policies/portal.cedar");
const SCHEMA: &str = include_str!("../../../../policies/portal.cedarschema");
const SPECIFICATIONS: &str = include_str!("../../../../policies/specifications.cedar");

fn schema() -> Schema {
    Schema::from_cedarschema_str(SCHEMA).unwrap().0
}

/// Policies by their `@id`.
fn policies(text: &str) -> PolicySet {
    let mut set = PolicySet::new();
    for policy in text.parse::<PolicySet>().unwrap().policies() {
        let id = PolicyId::new(policy.annotation("id").expect("every policy has an @id"));
        set.add(policy.new_id(id)).unwrap();
    }
    set
}

fn compiler() -> CedarSymCompiler<LocalSolver> {
    let solver = LocalSolver::cvc5().unwrap_or_else(|error| {
        panic!("the solver cvc5 does not start ({error}): run `cargo xtask test`, or name its program in CVC5")
    });
    CedarSymCompiler::new(solver).unwrap()
}

/// Whether a specification speaks of an action.
fn is_about(specification: &Policy, action: &EntityUid, schema: &Schema) -> bool {
    let actions = schema.action_entities().unwrap();
    let within = |group: &EntityUid| group == action || actions.is_ancestor_of(group, action);
    match specification.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => &uid == action,
        ActionConstraint::In(uids) => uids.iter().any(within),
    }
}

/// One specification against every kind of request it speaks of: the first request that the policies permit and it does not,
/// in words.
async fn counterexample(
    compiler: &mut CedarSymCompiler<LocalSolver>,
    policies: &PolicySet,
    specification: &Policy,
    schema: &Schema,
) -> Option<String> {
    let alone = PolicySet::from_policies([specification.clone()]).unwrap();
    let mut kinds = 0;
    for kind in schema.request_envs().filter(|kind| is_about(specification, kind.action(), schema)) {
        kinds += 1;
        let permitted = CompiledPolicySet::compile(policies, &kind, schema).unwrap();
        let allowed = CompiledPolicySet::compile(&alone, &kind, schema).unwrap();
        if let Some(found) = compiler.check_implies_with_counterexample_opt(&permitted, &allowed).await.unwrap() {
            // The solver's word is not taken for it: the engine of the portal permits what it found.
            let response = Authorizer::new().is_authorized(&found.request, policies, &found.entities);
            assert_eq!(response.decision(), Decision::Allow, "{}", found.request);
            let response = Authorizer::new().is_authorized(&found.request, &alone, &found.entities);
            assert_eq!(response.decision(), Decision::Deny, "{}", found.request);
            return Some(found.request.to_string());
        }
    }
    assert!(kinds > 0, "{} speaks of no request", specification.id());
    None
}

#[tokio::test]
async fn v8_2_1_v8_2_2_what_the_specifications_say_holds_for_all_inputs() {
    let (schema, portal, mut compiler) = (schema(), policies(POLICIES), compiler());
    for specification in policies(SPECIFICATIONS).policies() {
        let found = counterexample(&mut compiler, &portal, specification, &schema).await;
        assert_eq!(found, None, "the policies permit what {} does not", specification.id());
    }
}

/// Every action that the portal knows is spoken of by a specification, but for those that anybody may do for themselves.
#[test]
fn every_action_has_a_specification() {
    let schema = schema();
    let specifications = policies(SPECIFICATIONS);
    let of_all: BTreeSet<&str> =
        ["an-auditor-changes-nothing-in-any-mix-of-roles", "who-is-cut-off-does-nothing"].into();
    let unspoken: BTreeSet<String> = schema
        .request_envs()
        .map(|kind: RequestEnv| kind.action().clone())
        .filter(|action| {
            !specifications
                .policies()
                .any(|s| !of_all.contains(s.id().to_string().as_str()) && is_about(s, action, &schema))
        })
        .map(|action| action.id().unescaped().to_owned())
        .collect();
    assert_eq!(
        unspoken,
        ["delegate_decisions", "end_own_session", "manage_own_notifications", "view_own_profile"]
            .map(str::to_owned)
            .into()
    );
}

/// A policy that leaks, for each specification.
const LEAKS: &[(&str, &str)] = &[
    (
        "whoever-launches-an-environment-owns-it",
        r#"permit (principal, action == Action::"launch_environment", resource) when { principal.leadOf.contains(resource.project) };"#,
    ),
    (
        "an-admin-cannot-open-another-persons-studio",
        r#"permit (principal, action == Action::"launch_environment", resource) when { principal.admin };"#,
    ),
    (
        "whoever-launches-belongs-to-the-project",
        r#"permit (principal, action == Action::"launch_environment", resource) when { principal == resource.owner };"#,
    ),
    (
        "whoever-decides-is-eligible-for-the-open-step",
        r#"permit (principal, action == Action::"decide_request", resource) when { principal.leadOf.contains(resource.project) };"#,
    ),
    (
        "whoever-withdraws-a-request-is-its-requester",
        r#"permit (principal, action == Action::"withdraw_request", resource) when { principal.leadOf.contains(resource.project) };"#,
    ),
    (
        "whoever-decides-is-eligible-for-the-open-step",
        r#"permit (principal, action == Action::"question_request", resource) when { resource.decidedBy.contains(principal) };"#,
    ),
    (
        "whoever-withdraws-a-request-is-its-requester",
        r#"permit (principal, action == Action::"answer_request", resource) when { principal.admin };"#,
    ),
    (
        "the-portal-itself-terminates-what-is-over-and-nothing-else",
        r#"permit (principal, action == Action::"terminate_environment", resource) when { principal.portal };"#,
    ),
    (
        "the-portal-itself-stops-what-is-past-its-lease-and-nothing-else",
        r#"permit (principal, action == Action::"stop_environment", resource) when { principal.portal };"#,
    ),
    (
        "only-the-portal-stops-what-is-idle",
        r#"permit (principal, action == Action::"stop_idle", resource) when { principal.admin };"#,
    ),
    (
        "whoever-starts-an-environment-owns-it",
        r#"permit (principal, action == Action::"start_environment", resource) when { principal.admin };"#,
    ),
    (
        "only-admins-leave-resources-behind",
        r#"permit (principal, action == Action::"leave_resources", resource) when { principal == resource.owner };"#,
    ),
    (
        "an-owner-gives-nothing-away-by-owning-it",
        r#"permit (principal, action == Action::"transfer_environment", resource) when { principal == resource.owner };"#,
    ),
    (
        "an-owner-tags-nothing-by-owning-it",
        r#"permit (principal, action == Action::"tag_environment", resource) when { principal == resource.owner };"#,
    ),
    (
        "an-owner-holds-nothing-by-owning-it",
        r#"permit (principal, action == Action::"hold_environment", resource) when { principal == resource.owner };"#,
    ),
    (
        "only-admins-administer",
        r#"permit (principal, action == Action::"end_any_session", resource) when { !principal.leadOf.isEmpty() };"#,
    ),
    (
        "only-the-platform-team-and-auditors-read-everything",
        r#"permit (principal, action == Action::"view_audit", resource) when { !principal.leadOf.isEmpty() };"#,
    ),
    (
        "no-request-crosses-projects",
        r#"permit (principal, action == Action::"view_request", resource) when { !principal.leadOf.isEmpty() };"#,
    ),
    (
        "no-environment-crosses-projects",
        r#"permit (principal, action == Action::"view_environment", resource) when { principal.memberOf.contains(resource.project) };"#,
    ),
    (
        "no-revocation-crosses-projects",
        r#"permit (principal, action == Action::"view_revocation", resource) when { !principal.leadOf.isEmpty() };"#,
    ),
    (
        "no-rollout-crosses-projects",
        r#"permit (principal, action == Action::"view_rollout", resource) when { !principal.leadOf.isEmpty() };"#,
    ),
    (
        "what-an-admin-revoked-is-restored-by-admins-alone",
        r#"permit (principal, action == Action::"restore_access", resource) when { resource has project && principal.leadOf.contains(resource.project) };"#,
    ),
    ("whoever-sees-a-team-leads-one", r#"permit (principal, action == Action::"view_team", resource);"#),
    ("no-product-crosses-projects", r#"permit (principal, action == Action::"view_product", resource);"#),
    (
        "nobody-requests-for-a-project-that-is-not-theirs-or-may-not-use-the-product",
        r#"permit (principal, action == Action::"submit_request", resource) when { principal.memberOf.containsAny(resource.projects) };"#,
    ),
];

/// The proof finds a request that goes through each.
#[tokio::test]
async fn a_policy_that_leaks_has_a_counterexample() {
    let (schema, portal, specifications, mut compiler) =
        (schema(), policies(POLICIES), policies(SPECIFICATIONS), compiler());
    let mut untried: BTreeSet<String> = specifications.policies().map(|s| s.id().to_string()).collect();
    let mut check = async |name: &str, leaky: PolicySet| {
        let specification = specifications.policy(&PolicyId::new(name)).expect(name);
        let found = counterexample(&mut compiler, &leaky, specification, &schema).await;
        assert!(found.is_some(), "{name} does not see the leak");
        untried.remove(name);
    };
    for (name, leak) in LEAKS {
        let mut changed = portal.clone();
        changed.add(Policy::parse(Some(PolicyId::new("leak")), leak).unwrap()).unwrap();
        check(name, changed).await;
    }
    // What a `forbid` holds: without it, the specification finds what it was there for.
    for (name, forbid) in [
        ("whoever-decides-a-request-is-not-its-requester", "nobody-decides-their-own-request"),
        ("nobody-decides-a-request-twice", "nobody-decides-a-request-twice"),
        ("an-auditor-changes-nothing-in-any-mix-of-roles", "auditors-change-nothing"),
        ("who-is-cut-off-does-nothing", "who-is-cut-off-does-nothing"),
        ("who-is-cut-off-in-a-project-requests-nothing-for-it", "who-is-cut-off-in-a-project-requests-nothing-for-it"),
        (
            "who-is-cut-off-in-a-project-has-nothing-looked-at-there",
            "who-is-cut-off-in-a-project-has-nothing-looked-at-there",
        ),
        ("what-is-revoked-is-neither-opened-nor-brought-up-again", "what-is-revoked-stays-shut"),
        ("what-is-past-its-lease-is-neither-opened-nor-brought-up-again", "what-is-past-its-lease-is-not-opened"),
        ("what-changes-hands-is-neither-opened-nor-started", "what-changes-hands-is-not-opened"),
        ("nobody-restores-their-own-access", "nobody-revokes-or-restores-their-own-access"),
        ("nobody-terminates-what-is-held", "what-is-held-is-not-terminated"),
        ("an-owner-does-nothing-with-what-is-revoked", "owners-do-nothing-with-what-is-revoked"),
    ] {
        let mut changed = portal.clone();
        changed.remove_static(PolicyId::new(forbid)).unwrap();
        check(name, changed).await;
    }
    assert_eq!(untried, BTreeSet::new(), "each specification is shown to see something");
}

/// A policy that fails in the middle counts as one that does not apply: a `forbid` that fails forbids nothing.
#[tokio::test]
async fn v16_5_3_no_policy_ever_fails() {
    let (schema, portal, mut compiler) = (schema(), policies(POLICIES), compiler());
    for kind in schema.request_envs() {
        for policy in portal.policies() {
            let typed = CompiledPolicy::compile(policy, &kind, &schema).unwrap();
            assert!(compiler.check_never_errors_opt(&typed).await.unwrap(), "{} can fail", policy.id());
        }
    }
}
