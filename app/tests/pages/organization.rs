//! The pages of the organization.

use std::collections::BTreeMap;

use app::pages::organization as pages;
use domain::guardrail::{Effect, Finding, Outlook};
use domain::organization::{
    ChangedOutlook, DiffLine, EffectiveLevel, EffectivePolicy, EffectiveStatement, Need, NodeKind, OrganizationState,
    OutlookOf, PolicyChange, ScpLimits, ServiceControlPolicy,
};
use domain::problem::{FieldError, Problem};
use domain::project::Stage;
use domain::view::*;

use crate::samples::everything;
use crate::{page, samples};

fn node(id: &str, name: &str, kind: NodeKind) -> NodeRef {
    NodeRef { id: id.into(), name: name.into(), kind }
}

fn unit() -> NodeRef {
    node("ou-stgt-workloadsdev", "Workloads_Dev", NodeKind::Unit)
}

fn policy(id: &str, name: &str) -> PolicyRef {
    PolicyRef { id: id.into(), name: name.into() }
}

fn state() -> OrganizationState {
    OrganizationState { refreshed_at: Some(samples::at(0)), problem: None }
}

fn statement(effect: Effect) -> EffectiveStatement {
    EffectiveStatement {
        policy_id: "p-vpc".into(),
        policy: "require-vpc".into(),
        node_id: unit().id,
        node: unit().name,
        level: 1,
        statement: "NoSubnets".into(),
        effect,
        actions: vec!["sagemaker:CreateDomain".into()],
        all_but: false,
        resources: Vec::new(),
        all_resources_but: false,
        conditions: vec!["the call has no sagemaker:VpcSubnets".into()],
    }
}

fn outlook(outlook: Outlook) -> OutlookOf {
    let denied_where =
        if outlook == Outlook::Depends { vec!["the call has no sagemaker:VpcSubnets".into()] } else { Vec::new() };
    let passes = outlook == Outlook::Passes;
    let text = |text: &str| if passes { String::new() } else { text.to_owned() };
    OutlookOf {
        outlook,
        policy_id: text("p-vpc"),
        statement: text("NoSubnets"),
        node: text("Workloads_Dev"),
        denied_where,
        others: Vec::new(),
    }
}

fn names() -> BTreeMap<String, String> {
    BTreeMap::from([("p-vpc".into(), "require-vpc".into())])
}

#[test]
fn tree() {
    let row = |node: NodeRef, depth: usize, exempt: bool| OrganizationRow {
        node,
        depth,
        stages: vec![Stage::Dev],
        projects: vec!["fraud-detection".into()],
        attached: vec![policy("p-full", "FullAWSAccess"), policy("p-vpc", "<b>require-vpc")],
        inherited: Vec::new(),
        exempt,
    };
    let organization = |state| OrganizationPage {
        rows: vec![
            row(node("r-1", "Root", NodeKind::Root), 0, false),
            row(unit(), 1, false),
            row(node("111111111111", "management", NodeKind::Account), 1, true),
        ],
        next: Some("64~ou".into()),
        query: OrganizationQuery::default(),
        within: None,
        state,
    };
    let text = page("organization", || pages::tree(organization(state())));
    assert!(text.contains("&lt;b&gt;require-vpc") && !text.contains("<b>require"));
    assert!(
        text.contains(r#"href="/organization/ou-stgt-workloadsdev""#) && text.contains("/organization?after=64~ou")
    );
    assert!(text.contains("No service control policy reaches it.") && !text.contains("style="));
    let problem =
        Problem::new("AWS did not allow the portal to read the organization.", "AccessDenied", "Ask an admin.");
    let stale = OrganizationState { problem: Some(problem), ..state() };
    assert!(page("organization-stale", || pages::tree(organization(stale))).contains("did not allow the portal"));
    let empty = OrganizationPage { rows: Vec::new(), next: None, ..organization(OrganizationState::default()) };
    assert!(page("organization-empty", || pages::tree(empty)).contains("has not read the organization yet"));
}

fn node_page(allowed: Allowed) -> NodePage {
    NodePage {
        node: unit(),
        above: vec![node("r-1", "Root", NodeKind::Root)],
        stages: vec![Stage::Dev],
        projects: vec!["fraud-detection".into()],
        exempt: false,
        attached: vec![policy("p-full", "FullAWSAccess"), policy("p-vpc", "require-vpc")],
        inherited: vec![(node("r-1", "Root", NodeKind::Root), vec![policy("p-full", "FullAWSAccess")])],
        effective: EffectivePolicy {
            denied: vec![statement(Effect::Deny)],
            levels: vec![
                EffectiveLevel { node_id: "r-1".into(), node: "Root".into(), everything: true, allowed: Vec::new() },
                EffectiveLevel { node_id: unit().id, node: unit().name, everything: false, allowed: Vec::new() },
            ],
            unreadable: vec!["odd at Root: line 1, column 2: no".into()],
        },
        attachable: vec![policy("p-tags", "require-tags")],
        limits: ScpLimits::default(),
        state: state(),
        allowed,
        form: FormState::default(),
    }
}

#[test]
fn node_of_the_organization() {
    let text = page("organization-node", || pages::node(node_page(everything())));
    assert!(text.contains("Denies sagemaker:CreateDomain, where the call has no sagemaker:VpcSubnets."), "{text}");
    assert!(text.contains("Nothing: no statement there allows anything.") && text.contains("odd at Root"));
    assert!(
        text.contains("2 of 10 that may be attached to one node.")
            && text.contains(r#"aria-label="Detach require-vpc""#)
    );
    let readonly = page("organization-node-readonly", || pages::node(node_page(Allowed::default())));
    assert!(!readonly.contains("/api/preview_policy_change"));
    let last = NodePage { attached: vec![policy("p-full", "FullAWSAccess")], ..node_page(everything()) };
    let last = page("organization-node-last", || pages::node(last));
    assert!(last.contains("The last one stays") && !last.contains(r#"value="detach""#));
    let mut refused = node_page(everything());
    refused.form.errors = vec![FieldError::new("policy", "It is attached there already.")];
    let refused = page("organization-node-refused", || pages::node(refused));
    assert!(refused.contains(r#"id="field-policy-error""#) && refused.contains("<title>Error:"));
    let exempt = NodePage { exempt: true, ..node_page(everything()) };
    assert!(page("organization-node-exempt", || pages::node(exempt)).contains("reaches this account"));
}

#[test]
fn comparison() {
    let side = |name: &str, only_here: Vec<EffectiveStatement>| ComparedNode {
        node: node("ou-1", name, NodeKind::Unit),
        stages: vec![Stage::Dev],
        exempt: false,
        only_here,
        narrow_levels: Vec::new(),
        unreadable: Vec::new(),
    };
    let compared =
        |comparison| ComparePage { query: CompareQuery::default(), choices: vec![unit()], comparison, state: state() };
    let both = Comparison {
        left: side("Dev", vec![statement(Effect::Deny)]),
        right: side("Prod", Vec::new()),
        both: Vec::new(),
    };
    let text = page("organization-compare", || pages::compare(compared(Some(both))));
    assert!(text.contains("Only at Dev") && text.contains("Nothing is denied here that is not denied there too."));
    assert!(!page("organization-compare-none", || pages::compare(compared(None))).contains("Only at"));
}

#[test]
fn policies_and_a_policy() {
    let row = |unreadable: bool| PolicyRow {
        policy: policy("p-vpc", "require-vpc"),
        description: "Work stays in the VPC".into(),
        aws_managed: false,
        attachments: 1,
        findings: 2,
        unreadable,
    };
    let text = page("organization-policies", || {
        pages::policies(PoliciesPage {
            rows: vec![row(false), row(true)],
            next: None,
            after: String::new(),
            limits: ScpLimits::default(),
            state: state(),
            allowed: everything(),
            form: FormState::default(),
        })
    });
    assert!(text.contains("2 findings") && text.contains("Cannot be evaluated") && text.contains("attached to 1 node"));
    assert!(text.contains("at most 10240 characters"));
    let one = |allowed| PolicyPage {
        policy: ServiceControlPolicy {
            id: "p-vpc".into(),
            name: "require-vpc".into(),
            content: "{\n  \"<i>&lt;</textarea>\": 1\n}".into(),
            description: "Work stays in the VPC".into(),
            aws_managed: false,
        },
        characters: 14,
        limits: ScpLimits::default(),
        unreadable: None,
        findings: vec![Finding {
            line: 2,
            column: 3,
            message: "aws:X is not a global condition key: no call has it".into(),
        }],
        statements: vec![statement(Effect::Deny)],
        attached: vec![unit()],
        more_attached: true,
        attachable: vec![node("r-1", "Root", NodeKind::Root)],
        state: state(),
        allowed,
        form: FormState::default(),
    };
    let text = page("organization-policy", || pages::policy(one(everything())));
    assert!(text.contains(r##"<a href="#line-2">Line 2, column 3</a>"##) && text.contains(r#"id="line-2""#));
    assert!(text.contains("&lt;i&gt;") && !text.contains("<i>"));
    assert!(text.contains(r#""&lt;i>&amp;lt;&lt;/textarea>": 1"#), "a document stays within its field");
    assert!(text.contains("14 of 10240 characters") && text.contains("Detach from Workloads_Dev"));
    assert!(!text.contains(r#"value="delete""#), "it is attached");
    let readonly = page("organization-policy-readonly", || pages::policy(one(Allowed::default())));
    assert!(!readonly.contains("/api/preview_policy_change"));
    let mut aws = one(everything());
    aws.policy.aws_managed = true;
    assert!(!page("organization-policy-aws", || pages::policy(aws)).contains(r#"value="edit""#));
}

#[test]
fn change_before_it_is_made() {
    let changed = vec![ChangedOutlook {
        need: Need {
            purpose: "to open it".into(),
            action: "sagemaker:CreateApp".into(),
            role: "StudiogateLauncher".into(),
        },
        before: outlook(Outlook::Passes),
        after: outlook(Outlook::Denied),
    }];
    let shown = PolicyChangePage {
        id: "0199".into(),
        change: PolicyChange::Attach { policy: "p-vpc".into(), node: unit().id },
        policy: Some(policy("p-vpc", "require-vpc")),
        node: Some(unit()),
        diff: vec![DiffLine::Same("{".into()), DiffLine::Removed("old".into()), DiffLine::Added("new".into())],
        findings: Vec::new(),
        mistakes: vec!["It is attached there already.".into()],
        moved: vec!["require-vpc is attached there now too.".into()],
        effects: ChangeEffects {
            accounts: 2,
            environments: vec![EnvironmentEffect {
                environments: vec![("0199aaaa".parse().unwrap(), "my-studio".into())],
                product: "Studio".into(),
                account: "fraud-detection-dev".into(),
                stage: Stage::Dev,
                changed: changed.clone(),
            }],
            products: vec![ProductEffect {
                product: "prod-1".parse().unwrap(),
                name: "Studio".into(),
                accounts: vec!["fraud-detection-dev".into()],
                stage: Stage::Dev,
                changed,
            }],
            governed: vec![GovernedEffect {
                label: "Create an endpoint".into(),
                action: "sagemaker:CreateEndpoint".into(),
                accounts: vec!["fraud-detection-dev".into()],
                before: outlook(Outlook::Passes),
                after: outlook(Outlook::Depends),
            }],
            unreadable: Vec::new(),
            more_environments: false,
        },
        names: names(),
        under_way: Some(samples::id("0199dddd-0000-7000-8000-000000000002")),
        state: state(),
    };
    let quiet = PolicyChangePage {
        effects: ChangeEffects::default(),
        mistakes: Vec::new(),
        moved: Vec::new(),
        diff: Vec::new(),
        under_way: None,
        ..shown.clone()
    };
    let text = page("organization-change", || pages::change(PolicyChangeView::Preview(Box::new(shown))));
    assert!(
        text.contains("Attach require-vpc to Workloads_Dev") && text.contains("It reaches 2 accounts of projects.")
    );
    assert!(text.contains("require-vpc is attached there now too.") && text.contains("my-studio"));
    assert!(!text.contains("/api/apply_policy_change") && text.contains("Another change is being applied."));
    assert!(text.contains("Removed: ") && text.contains("Denied where the call has no sagemaker:VpcSubnets"));
    let quiet = page("organization-change-quiet", || pages::change(PolicyChangeView::Preview(Box::new(quiet))));
    assert!(
        quiet.contains("no product and no governed action stands differently")
            && quiet.contains("It reaches no account")
            && quiet.contains("/api/apply_policy_change")
    );
}

#[test]
fn matrix() {
    let account = |id: &str, exempt: bool| MatrixAccount {
        node: node(id, "fraud-detection-dev", NodeKind::Account),
        stages: vec![Stage::Dev],
        exempt,
        unreadable: Vec::new(),
        probe: None,
    };
    let cell = |outlook| MatrixCell { outlook, probe: CellProbe::NoCall };
    let text = page("organization-matrix", || {
        pages::matrix(MatrixPage {
            accounts: vec![account("601000000002", false), account("111111111111", true)],
            rows: vec![MatrixRow {
                label: "Create an endpoint".into(),
                action: "sagemaker:CreateEndpoint".into(),
                cells: vec![cell(outlook(Outlook::Denied)), cell(outlook(Outlook::Passes))],
            }],
            names: names(),
            role: "StudiogateExecution".into(),
            next: Some("7~x".into()),
            query: OrganizationQuery { within: "ou-1".into(), after: String::new() },
            choices: vec![unit()],
            state: state(),
            allowed: Allowed::default(),
        })
    });
    assert!(text.contains("NoSubnets of ") && text.contains("/organization/matrix?within=ou-1&amp;after=7~x"));
}
