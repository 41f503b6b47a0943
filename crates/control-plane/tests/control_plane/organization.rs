//! The organization in the portal: what is read of it, what its policies come to, and changes before they are made.

use std::path::Path;

use crate::common::{PRODUCT, TestState};
use control_plane::Error;
use domain::guardrail::Outlook;
use domain::organization::{DiffLine, NodeKind};
use domain::project::Stage;
use domain::view::{
    CompareQuery, MatrixPage, OrganizationQuery, PolicyChangeInput, PolicyChangePage, PolicyChangeView,
};

const ROOT: &str = "r-stgt";
const UNIT_DEV: &str = "ou-stgt-workloadsdev";
const UNIT_PROD: &str = "ou-stgt-workloadsprod";
const FRAUD_DEV: &str = "601000000002";
const FULL: &str = "p-FullAWSAccess";
const DENY: &str = "p-denyendpoints";
const NO_PROFILES: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"NoProfiles","Effect":"Deny","Action":["sagemaker:CreateUserProfile","sagemaker:CreatePresignedDomainUrl"],"Resource":"*"}]}"#;

fn change(kind: &str, policy: &str, node: &str) -> PolicyChangeInput {
    PolicyChangeInput { kind: kind.into(), policy: policy.into(), node: node.into(), ..Default::default() }
}

fn create(name: &str, content: &str) -> PolicyChangeInput {
    PolicyChangeInput { kind: "create".into(), name: name.into(), content: content.into(), ..Default::default() }
}

async fn preview(state: &TestState, input: PolicyChangeInput) -> PolicyChangePage {
    let admin = state.as_("admin").await;
    let id = state.plane.preview_policy_change(&admin, input).await.unwrap();
    shown(&state.plane.policy_change(&admin, id.as_str()).await.unwrap())
}

fn shown(view: &PolicyChangeView) -> PolicyChangePage {
    match view {
        PolicyChangeView::Preview(page) => *page.clone(),
        PolicyChangeView::Applied(page) => panic!("{page:?}"),
    }
}

async fn refused(state: &TestState, input: PolicyChangeInput) -> String {
    let admin = state.as_("admin").await;
    match state.plane.preview_policy_change(&admin, input).await {
        Err(Error::Invalid(mistakes)) => mistakes.iter().map(|m| format!("{}: {}", m.field, m.message)).collect(),
        other => panic!("{other:?}"),
    }
}

/// A policy made past the portal, and read by it.
async fn made_at_aws(state: &TestState, id: &str, content: &str) {
    let policy = crate::common::policy(id, content);
    state.running.aws.with_world(|world| world.organization.policies.insert(id.into(), policy)).unwrap();
    state.plane.mirror_now().await.unwrap();
}

async fn attach_at_aws(state: &TestState, policy: &str, target: &str) {
    let attach = |world: &mut sim::World| world.organization.attachments.get_mut(target).unwrap().push(policy.into());
    state.running.aws.with_world(attach).unwrap();
    state.plane.mirror_now().await.unwrap();
}

on_both! {
    async fn the_whole_tree_is_shown_with_stages_projects_and_policies(url) {
        let state = TestState::start(&url).await;
        assert!(state.plane.mirror_organization_now().await.unwrap());
        let auditor = state.as_("auditor").await;
        let page = state.plane.organization(&auditor, OrganizationQuery::default()).await.unwrap();
        assert_eq!(page.rows[0].node.kind, NodeKind::Root);
        assert_eq!(page.rows.len(), 1 + 7 + 13, "the root, seven units and every account");
        let dev = page.rows.iter().find(|row| row.node.id == UNIT_DEV).unwrap();
        assert_eq!((&dev.stages[..], dev.depth), (&[Stage::Dev][..], 1));
        assert_eq!(dev.projects, ["churn-prediction", "fraud-detection"]);
        let attached: Vec<&str> = dev.attached.iter().map(|policy| policy.name.as_str()).collect();
        assert!(attached.contains(&"deny-sagemaker-endpoints"), "{attached:?}");
        let account = page.rows.iter().find(|row| row.node.id == FRAUD_DEV).unwrap();
        assert_eq!((account.depth, &account.projects[..]), (2, &["fraud-detection".to_owned()][..]));
        let inherited: Vec<&str> = account.inherited.iter().map(|policy| policy.name.as_str()).collect();
        assert_eq!(inherited, ["deny-sagemaker-endpoints"], "what is attached here too is not said twice");
        assert!(page.rows.iter().any(|row| row.exempt && row.node.id == sim::seed::MANAGEMENT));
        assert_eq!((page.state.refreshed_at, page.next), (Some(state.plane.now()), None));
        let query = OrganizationQuery { within: UNIT_DEV.into(), ..Default::default() };
        let part = state.plane.organization(&auditor, query).await.unwrap();
        assert!(part.rows.len() < page.rows.len() && part.rows[0].node.id == UNIT_DEV);
    }

    async fn a_node_says_what_holds_there_and_two_are_compared(url) {
        let state = TestState::start(&url).await;
        let auditor = state.as_("auditor").await;
        let page = state.plane.organization_node(&auditor, FRAUD_DEV, None).await.unwrap();
        let [denied] = &page.effective.denied[..] else { panic!("{:?}", page.effective) };
        assert_eq!((denied.policy.as_str(), denied.node.as_str(), denied.level), ("deny-sagemaker-endpoints", "Workloads_Dev", 1));
        assert!(page.effective.levels.iter().all(|level| level.everything));
        assert!(page.attachable.is_empty(), "an auditor changes nothing");
        let above: Vec<&str> = page.above.iter().map(|up| up.id.as_str()).collect();
        assert_eq!(above, [ROOT, UNIT_DEV]);
        let exempt = state.plane.organization_node(&auditor, sim::seed::MANAGEMENT, None).await.unwrap();
        assert!(exempt.exempt && exempt.effective.denied.is_empty());
        let query = CompareQuery { left: UNIT_DEV.into(), right: UNIT_PROD.into() };
        let compared = state.plane.compare_nodes(&auditor, query).await.unwrap().comparison.unwrap();
        assert_eq!((compared.left.only_here.len(), compared.right.only_here.len(), compared.both.len()), (1, 0, 0));
        assert_eq!(compared.left.stages, [Stage::Dev]);
        let missing = state.plane.organization_node(&auditor, "ou-none", None).await;
        assert!(matches!(missing, Err(Error::NotFound { .. })));
    }

    async fn every_policy_is_listed_and_shown_with_its_findings(url) {
        let state = TestState::start(&url).await;
        let auditor = state.as_("auditor").await;
        let odd = r#"{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*",
    "Condition": {"StringEquals": {"aws:NoSuchKey": "x"}}}]
}"#;
        made_at_aws(&state, "p-odd00000", odd).await;
        made_at_aws(&state, "p-broken00", "{").await;
        let list = state.plane.policies_of_organization(&auditor, "", None).await.unwrap();
        let row = |name: &str| list.rows.iter().find(|row| row.policy.name == name).unwrap().clone();
        assert_eq!((row("name of p-odd00000").findings, row("name of p-odd00000").attachments), (1, 0));
        assert!(row("name of p-broken00").unreadable && row("FullAWSAccess").aws_managed);
        assert_eq!(row("deny-sagemaker-endpoints").attachments, 2);
        let page = state.plane.policy_of_organization(&auditor, "p-odd00000", None).await.unwrap();
        let [finding] = &page.findings[..] else { panic!("{:?}", page.findings) };
        assert_eq!((finding.line, page.statements.len()), (4, 1));
        let broken = state.plane.policy_of_organization(&auditor, "p-broken00", None).await.unwrap();
        assert_eq!(broken.unreadable.unwrap().line, 1);
        let deny = state.plane.policy_of_organization(&auditor, DENY, None).await.unwrap();
        let attached: Vec<&str> = deny.attached.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(attached, ["Sandbox", "Workloads_Dev"]);
    }

    async fn nobody_else_sees_it_and_only_admins_enter_changes(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let id = state.plane.preview_policy_change(&admin, change("attach", DENY, ROOT)).await.unwrap();
        for who in ["fraud-scientist", "fraud-lead", "newcomer"] {
            let caller = state.as_(who).await;
            let denied = state.plane.organization(&caller, OrganizationQuery::default()).await;
            assert!(matches!(denied, Err(Error::Denied { .. })), "{who}");
        }
        for who in ["fraud-scientist", "fraud-lead", "auditor", "newcomer"] {
            let caller = state.as_(who).await;
            let denied = state.plane.preview_policy_change(&caller, change("attach", DENY, ROOT)).await;
            assert!(matches!(denied, Err(Error::Denied { .. })), "{who}");
            let denied = state.plane.policy_change(&caller, id.as_str()).await;
            assert!(matches!(denied, Err(Error::Denied { .. })), "{who}");
        }
        state.sign_in("other-admin", &["platform-admins"]).await;
        let other = state.as_("other-admin").await;
        let missing = state.plane.policy_change(&other, id.as_str()).await;
        assert!(matches!(missing, Err(Error::NotFound { .. })), "a change belongs to whoever entered it");
    }

    async fn what_aws_would_refuse_is_refused_before_the_call(url) {
        let state = TestState::start(&url).await;
        assert!(refused(&state, change("detach", FULL, FRAUD_DEV)).await.contains("It is the last one there"));
        assert!(refused(&state, change("attach", FULL, FRAUD_DEV)).await.contains("attached there already"));
        assert!(refused(&state, change("attach", "p-none", FRAUD_DEV)).await.contains("Choose a policy"));
        assert!(refused(&state, create("new", "{\n\"Statement\": []}")).await.contains("Line 2, column 14"));
        assert!(refused(&state, create("FullAWSAccess", NO_PROFILES)).await.contains("has this name"));
        let long = NO_PROFILES.replace("NoProfiles", &"a".repeat(10_240));
        assert!(refused(&state, create("new", &long)).await.contains("at most 10240"));
        for number in 0..9 {
            let id = format!("p-more0000{number}");
            made_at_aws(&state, &id, NO_PROFILES).await;
            attach_at_aws(&state, &id, FRAUD_DEV).await;
        }
        assert!(refused(&state, change("attach", DENY, FRAUD_DEV)).await.contains("10 policies are attached there"));
        let calls = state.running.aws.faults().all_calls().into_keys().collect::<Vec<_>>();
        assert!(!calls.iter().any(|call| call.contains("tachPolicy") || call.contains("CreatePolicy")), "{calls:?}");
    }

    async fn the_limits_are_those_of_the_installation(url) {
        let mut state = TestState::start(&url).await;
        state.restart_with(|settings| settings.scp_limits.per_node = 1).await;
        assert!(refused(&state, change("attach", DENY, FRAUD_DEV)).await.contains("1 policies are attached there"));
    }

    async fn a_change_says_which_environments_and_products_it_would_deny(url) {
        let state = TestState::start(&url).await;
        let environment = state.approved("runs").await;
        state.settle().await;
        made_at_aws(&state, "p-noprofil", NO_PROFILES).await;
        let page = preview(&state, change("attach", "p-noprofil", UNIT_DEV)).await;
        assert_eq!((page.effects.accounts, page.moved.len(), page.mistakes.len()), (2, 0, 0));
        let [running] = &page.effects.environments[..] else { panic!("{:?}", page.effects) };
        assert_eq!(running.environments, [(environment.clone(), "runs".to_owned())]);
        let denied: Vec<(&str, &str)> =
            running.changed.iter().map(|c| (c.need.action.as_str(), c.need.role.as_str())).collect();
        assert!(denied.contains(&("sagemaker:CreatePresignedDomainUrl", "StudiogateLauncher")), "{denied:?}");
        assert!(denied.contains(&("sagemaker:CreateUserProfile", "StudiogateLaunchRole")), "{denied:?}");
        assert!(running.changed.iter().all(|c| c.is_newly_denied() && c.after.node == "Workloads_Dev"));
        let product = page.effects.products.iter().find(|p| p.name == PRODUCT).unwrap();
        assert_eq!((product.stage, product.accounts.len()), (Stage::Dev, 2));
        assert_eq!(page.names["p-noprofil"], "name of p-noprofil");
        // Where nobody works, it does nothing.
        let page = preview(&state, change("attach", "p-noprofil", "ou-stgt-security")).await;
        assert!(page.effects.is_nothing() && page.effects.accounts == 0);
    }

    async fn detaching_the_allow_would_deny_everything_and_so_the_portals_own_calls(url) {
        let state = TestState::start(&url).await;
        let page = preview(&state, change("detach", FULL, UNIT_DEV)).await;
        let product = page.effects.products.iter().find(|p| p.name == PRODUCT).unwrap();
        let portal = product.changed.iter().find(|c| c.need.action == "servicecatalog:ProvisionProduct").unwrap();
        assert_eq!((portal.after.outlook, portal.need.role.as_str()), (Outlook::Denied, "StudiogateProvisioner"));
        assert!(page.effects.governed.iter().any(|g| g.after.outlook == Outlook::Denied));
    }

    async fn an_edit_shows_the_difference_and_what_is_given_back(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let policy = state.plane.policy_of_organization(&admin, DENY, None).await.unwrap().policy;
        let content = policy.content.replace("        \"sagemaker:ListEndpoints\",\n", "").replace('\n', "\r\n");
        let input = PolicyChangeInput {
            kind: "edit".into(),
            policy: DENY.into(),
            name: policy.name.clone(),
            description: policy.description.clone(),
            content,
            ..Default::default()
        };
        let page = preview(&state, input).await;
        let changed: Vec<&DiffLine> = page.diff.iter().filter(|l| !matches!(l, DiffLine::Same(_))).collect();
        assert_eq!(changed, [&DiffLine::Removed("        \"sagemaker:ListEndpoints\",".into())]);
        let [sandbox, dev] = &page.effects.governed[..] else { panic!("{:?}", page.effects.governed) };
        for given_back in [sandbox, dev] {
            assert_eq!((given_back.action.as_str(), given_back.after.outlook), ("sagemaker:ListEndpoints", Outlook::Passes));
        }
        assert_eq!((sandbox.accounts.len(), dev.accounts.len(), page.effects.products.len()), (2, 2, 0));
    }

    async fn what_changed_meanwhile_is_said_and_a_change_no_longer_possible_too(url) {
        let state = TestState::start(&url).await;
        let admin = state.as_("admin").await;
        let id = state.plane.preview_policy_change(&admin, change("attach", DENY, UNIT_PROD)).await.unwrap();
        attach_at_aws(&state, DENY, UNIT_PROD).await;
        let page = shown(&state.plane.policy_change(&admin, id.as_str()).await.unwrap());
        assert_eq!(page.moved, ["deny-sagemaker-endpoints is attached there now too."]);
        assert_eq!(page.mistakes, ["It is attached there already."]);
    }

    async fn governed_actions_are_decided_account_by_account(url) {
        let state = TestState::start(&url).await;
        let auditor = state.as_("auditor").await;
        let vpc = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../blueprints/scps/require-vpc.json"));
        made_at_aws(&state, "p-vpc00000", &vpc.unwrap()).await;
        attach_at_aws(&state, "p-vpc00000", UNIT_DEV).await;
        let query = OrganizationQuery { within: UNIT_DEV.into(), ..Default::default() };
        let page = state.plane.governed_actions(&auditor, query).await.unwrap();
        let column = page.accounts.iter().position(|account| account.node.id == FRAUD_DEV).unwrap();
        let cell = |page: &MatrixPage, label: &str| page.rows.iter().find(|row| row.label == label).unwrap().cells[column].outlook.clone();
        let endpoint = cell(&page, "Create an endpoint");
        assert_eq!((endpoint.outlook, endpoint.statement.as_str()), (Outlook::Denied, "DenySageMakerEndpoints"));
        assert_eq!(page.names[&endpoint.policy_id], "deny-sagemaker-endpoints");
        assert_eq!(cell(&page, "Train without subnets").statement, "DenyWorkWithoutSubnets");
        let gpu = cell(&page, "Train on a GPU");
        assert_eq!(gpu.outlook, Outlook::Depends);
        assert!(gpu.denied_where[0].contains("sagemaker:VpcSubnets"), "{gpu:?}");
        assert_eq!(cell(&page, "Leave the organization").outlook, Outlook::Passes);
        // All accounts, page by page.
        let (mut seen, mut query) = (0, OrganizationQuery::default());
        loop {
            let page = state.plane.governed_actions(&auditor, query.clone()).await.unwrap();
            seen += page.accounts.len();
            let Some(next) = page.next else { break };
            query.after = next;
        }
        assert_eq!(seen, 13);
    }
}
