//! Changes of service control policies before they are made: what is refused, what they would do, and what they were decided
//! upon.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use domain::guardrail::{Context, Effect, Outlook};
use domain::organization::{
    AroundChange, Basis, Chain, ChangedOutlook, Need, NodeKind, OrganizationNode, PolicyChange, ScpLimits,
    ServiceControlPolicy, TreeNode, changed_outlooks, effective_policy, statements_of,
};

const FULL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const NO_APPS: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny","Action":"sagemaker:CreateApp","Resource":"*"}]}"#;
const NO_APPS_WITHOUT_TAG: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny","Action":"sagemaker:CreateApp","Resource":"*","Condition":{"Null":{"aws:RequestTag/project":"true"}}}]}"#;
const NO_APPS_WITHOUT_KEY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Keys","Effect":"Deny","Action":"sagemaker:CreateApp","Resource":"*","Condition":{"Null":{"sagemaker:VolumeKmsKey":"true"}}}]}"#;

fn policy(id: &str, content: &str) -> ServiceControlPolicy {
    ServiceControlPolicy { id: id.into(), name: id.into(), content: content.into(), ..Default::default() }
}

fn policies() -> BTreeMap<String, ServiceControlPolicy> {
    [policy("full", FULL), policy("no", NO_APPS)].map(|p| (p.id.clone(), p)).into()
}

fn node(id: &str, policies: &[&str]) -> OrganizationNode {
    OrganizationNode { id: id.into(), name: id.into(), policies: policies.iter().map(|p| (*p).to_owned()).collect() }
}

fn around(policy: Option<ServiceControlPolicy>, attached_to: &[&str], on_node: &[&str]) -> AroundChange {
    let names = |list: &[&str]| list.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
    AroundChange {
        policy,
        attached_to: names(attached_to),
        node: Some(TreeNode {
            node: node("ou", on_node),
            kind: NodeKind::Unit,
            above: vec!["r".into()],
            exempt: false,
        }),
        on_node: names(on_node),
        holder: None,
    }
}

fn attach(policy: &str) -> PolicyChange {
    PolicyChange::Attach { policy: policy.into(), node: "ou".into() }
}

fn detach(policy: &str) -> PolicyChange {
    PolicyChange::Detach { policy: policy.into(), node: "ou".into() }
}

fn edit(content: &str) -> PolicyChange {
    PolicyChange::Edit { policy: "no".into(), name: "no".into(), description: String::new(), content: content.into() }
}

fn mistakes(change: &PolicyChange, around: &AroundChange) -> Vec<String> {
    let found = change.mistakes(around, ScpLimits::default());
    found.into_iter().map(|mistake| format!("{}: {}", mistake.field, mistake.message)).collect()
}

#[test]
fn the_last_policy_of_a_node_stays() {
    let last = around(Some(policy("full", FULL)), &["ou"], &["full"]);
    assert!(mistakes(&detach("full"), &last)[0].contains("It is the last one there"));
    let one_of_two = around(Some(policy("full", FULL)), &["ou"], &["full", "no"]);
    assert!(mistakes(&detach("full"), &one_of_two).is_empty());
    let elsewhere = around(Some(policy("no", NO_APPS)), &["x"], &["full"]);
    assert!(mistakes(&detach("no"), &elsewhere)[0].contains("not attached"));
}

#[test]
fn a_node_takes_as_many_policies_as_the_limit_says_and_each_once() {
    let names: Vec<String> = (0..10).map(|n| format!("p-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let full = around(Some(policy("no", NO_APPS)), &[], &names);
    assert!(mistakes(&attach("no"), &full)[0].contains("10 policies are attached there"));
    let raised = ScpLimits { per_node: 11, ..ScpLimits::default() };
    assert!(attach("no").mistakes(&full, raised).is_empty());
    let twice = around(Some(policy("p-1", NO_APPS)), &["ou"], &names[..2]);
    assert!(mistakes(&attach("p-1"), &twice)[0].contains("attached there already"));
}

#[test]
fn a_document_is_refused_with_its_place_and_by_the_configured_size() {
    let there = around(Some(policy("no", NO_APPS)), &[], &[]);
    let broken = mistakes(&edit("{\n  \"Statement\": []\n}"), &there);
    assert_eq!(broken, ["content: Line 2, column 16: a policy has at least one statement."]);
    let long = NO_APPS.replace("\"No\"", &format!("\"{}\"", "a".repeat(10_240)));
    assert!(mistakes(&edit(&long), &there)[0].contains("at most 10240"));
    let raised = ScpLimits { characters: 20_480, ..ScpLimits::default() };
    assert!(edit(&long).mistakes(&there, raised).is_empty());
    assert!(mistakes(&edit(NO_APPS), &there)[0].contains("Nothing is different"));
    let new = PolicyChange::Create { name: " ".into(), description: "d".repeat(513), content: FULL.into() };
    assert_eq!(mistakes(&new, &AroundChange::default()).len(), 2);
    let taken = AroundChange { holder: Some(policy("no", NO_APPS)), ..AroundChange::default() };
    let new = PolicyChange::Create { name: "no".into(), description: String::new(), content: FULL.into() };
    assert!(mistakes(&new, &taken)[0].contains("has this name"));
}

#[test]
fn unknown_condition_keys_are_flagged_and_not_refused() {
    let odd = NO_APPS_WITHOUT_TAG.replace("aws:RequestTag/project", "aws:RequestTags");
    let change = edit(&odd);
    assert!(mistakes(&change, &around(Some(policy("no", NO_APPS)), &[], &[])).is_empty());
    let [finding] = &change.findings()[..] else { panic!("{:?}", change.findings()) };
    assert_eq!(finding.line, 1);
    assert!(finding.message.contains("aws:RequestTags is not a global condition key"), "{finding:?}");
}

#[test]
fn what_is_aws_own_or_in_use_stays() {
    let aws = around(Some(ServiceControlPolicy { aws_managed: true, ..policy("no", FULL) }), &[], &[]);
    assert!(mistakes(&edit(NO_APPS), &aws)[0].contains("AWS's own"));
    let delete = PolicyChange::Delete { policy: "no".into() };
    assert!(mistakes(&delete, &aws)[0].contains("AWS's own"));
    let used = around(Some(policy("no", NO_APPS)), &["Dev"], &[]);
    assert!(mistakes(&delete, &used)[0].contains("It is attached to Dev"));
    assert!(mistakes(&delete, &around(Some(policy("no", NO_APPS)), &[], &[])).is_empty());
    assert!(mistakes(&attach("gone"), &around(None, &[], &["full"]))[0].starts_with("policy: Choose"));
}

fn effect(change: &PolicyChange, dev: &[&str]) -> Vec<ChangedOutlook> {
    let before_nodes = [node("r", &["full"]), node("ou", dev), node("acc", &["full"])];
    let (mut nodes, before_policies) = (before_nodes.clone(), policies());
    let mut after_policies = before_policies.clone();
    assert!(change.reaches(&nodes));
    change.make(&mut nodes, &mut after_policies);
    let (before, after) = (Chain::read(&before_nodes, &before_policies), Chain::read(&nodes, &after_policies));
    let need = |action: &str| Need { purpose: "to create it".into(), action: action.into(), role: "Launch".into() };
    let needs = [need("sagemaker:CreateApp"), need("sagemaker:CreateDomain")];
    changed_outlooks(&before, &after, &needs, |_| Context::new())
}

#[test]
fn attaching_a_deny_denies_what_it_names_and_nothing_else() {
    let [changed] = &effect(&attach("no"), &["full"])[..] else { panic!() };
    assert_eq!((changed.need.action.as_str(), changed.before.outlook), ("sagemaker:CreateApp", Outlook::Passes));
    let (after, by) = (&changed.after, (changed.after.policy_id.as_str(), changed.after.statement.as_str()));
    assert_eq!((after.outlook, by, after.node.as_str()), (Outlook::Denied, ("no", "No"), "ou"));
    assert!(changed.is_newly_denied() && changed.is_loss());
}

#[test]
fn detaching_it_gives_back_and_detaching_the_allow_takes_everything() {
    let [changed] = &effect(&detach("no"), &["full", "no"])[..] else { panic!() };
    assert_eq!((changed.before.outlook, changed.after.outlook), (Outlook::Denied, Outlook::Passes));
    assert!(!changed.is_loss());
    let both = effect(&detach("full"), &["full"]);
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|c| c.is_newly_denied() && c.after.policy_id.is_empty() && c.after.node == "ou"));
}

#[test]
fn a_condition_makes_it_depend_on_the_call() {
    let [changed] = &effect(&edit(NO_APPS_WITHOUT_TAG), &["full", "no"])[..] else { panic!() };
    assert_eq!((changed.before.outlook, changed.after.outlook), (Outlook::Denied, Outlook::Depends));
    assert_eq!(changed.after.denied_where, ["the call has no aws:RequestTag/project"]);
    assert!(!changed.is_newly_denied());
}

#[test]
fn one_more_condition_is_a_change_where_it_depended_before() {
    let mut all = policies();
    all.insert("keys".into(), policy("keys", NO_APPS_WITHOUT_KEY));
    all.insert("no".into(), policy("no", NO_APPS_WITHOUT_TAG));
    let before_nodes = [node("r", &["full"]), node("ou", &["full", "no"])];
    let (mut nodes, mut after) = (before_nodes.clone(), all.clone());
    attach("keys").make(&mut nodes, &mut after);
    let needs = [Need { purpose: "to create it".into(), action: "sagemaker:CreateApp".into(), role: "Launch".into() }];
    let (before, after) = (Chain::read(&before_nodes, &all), Chain::read(&nodes, &after));
    let [changed] = &changed_outlooks(&before, &after, &needs, |_| Context::new())[..] else { panic!("not told") };
    assert_eq!((changed.before.outlook, changed.after.outlook), (Outlook::Depends, Outlook::Depends));
    let told: BTreeSet<&str> = changed.after.policies().map(String::as_str).collect();
    assert_eq!(told, BTreeSet::from(["keys", "no"]));
}

#[test]
fn what_changed_meanwhile_is_told() {
    let before = around(Some(policy("no", NO_APPS)), &["Dev"], &["full", "no"]);
    let basis = Basis::of(&detach("no"), &before);
    assert!(basis.what_changed(&Basis::of(&detach("no"), &before)).is_empty());
    let elsewhere = AroundChange { attached_to: BTreeMap::new(), ..before.clone() };
    assert!(basis.what_changed(&Basis::of(&detach("no"), &elsewhere)).is_empty(), "nobody decided upon that");
    let now = around(Some(policy("no", FULL)), &[], &["no", "more"]);
    assert_eq!(
        basis.what_changed(&Basis::of(&detach("no"), &now)),
        ["The document of no is another.", "full is no longer attached there.", "more is attached there now too."]
    );
    let edited = Basis::of(&edit(FULL), &before);
    let gone = AroundChange { policy: None, ..AroundChange::default() };
    assert_eq!(
        edited.what_changed(&Basis::of(&edit(FULL), &gone)),
        ["The policy no was deleted.", "Dev no longer has the policy."]
    );
}

/// The mirror is read as far as that, AWS whole.
#[test]
fn a_policy_that_is_attached_almost_everywhere_can_be_edited() {
    let ids: Vec<String> = (0..700).map(|n| format!("{n:012}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let seen = Basis::of(&edit(FULL), &around(Some(policy("no", NO_APPS)), &all[..500], &[]));
    let now = Basis::of(&edit(FULL), &around(Some(policy("no", NO_APPS)), &all, &[]));
    assert_eq!(seen.what_changed(&now), [""; 0]);
}

#[test]
fn every_policy_of_the_library_has_words_and_holds_below_where_it_is_attached() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../blueprints/scps");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut read = 0;
    for file in files.filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let content = std::fs::read_to_string(&file).unwrap();
        let parsed = ScpLimits::default().read("some", &content).unwrap();
        assert!(parsed.findings().is_empty(), "{}", file.display());
        let some = policy("some", &content);
        let statements = statements_of(&some, &parsed);
        assert!(!statements.is_empty() && statements.iter().all(|s| s.effect == Effect::Deny && !s.actions.is_empty()));
        let mut all = policies();
        all.insert("some".into(), some);
        let found =
            effective_policy(&[node("r", &["full"]), node("ou", &["full", "some"]), node("acc", &["full"])], &all);
        assert_eq!((found.denied.len(), found.unreadable.len()), (statements.len(), 0), "{}", file.display());
        assert!(found.denied.iter().all(|denied| denied.node == "ou" && denied.level == 1));
        read += 1;
    }
    assert!(read >= 10, "only {read} files");
}

#[test]
fn what_is_made_is_told_from_what_is_not() {
    let create =
        |content: &str| PolicyChange::Create { name: "no".into(), description: String::new(), content: content.into() };
    let held = AroundChange { holder: Some(policy("no", NO_APPS)), ..AroundChange::default() };
    assert!(create(NO_APPS).is_made(&held), "an answer that was lost");
    assert!(!create(FULL).is_made(&held), "somebody else's of the same name");
    assert!(!create(NO_APPS).is_made(&AroundChange::default()));
    let there = around(Some(policy("no", NO_APPS)), &["ou"], &["full", "no"]);
    let elsewhere = around(Some(policy("no", NO_APPS)), &[], &["full"]);
    assert!(attach("no").is_made(&there) && !attach("no").is_made(&elsewhere));
    assert!(detach("no").is_made(&elsewhere) && !detach("no").is_made(&there));
    let no_node = AroundChange { node: None, ..elsewhere.clone() };
    assert!(!detach("no").is_made(&no_node), "a node that is gone is something else");
    assert!(edit(NO_APPS).is_made(&there) && !edit(FULL).is_made(&there));
    let delete = PolicyChange::Delete { policy: "no".into() };
    assert!(delete.is_made(&AroundChange::default()) && !delete.is_made(&there));
}

#[test]
fn taking_back_what_was_taken_back_is_the_change_itself() {
    let before = policy("no", NO_APPS);
    for change in [attach("no"), detach("no")] {
        let back = change.undo(Some(&before), None).unwrap();
        assert_ne!(back, change);
        assert_eq!(back.undo(Some(&before), None), Some(change));
    }
    let PolicyChange::Edit { content, .. } = edit(FULL).undo(Some(&before), None).unwrap() else { panic!() };
    assert_eq!(content, NO_APPS);
    let delete = PolicyChange::Delete { policy: "no".into() };
    let again = delete.undo(Some(&before), None).unwrap();
    assert_eq!(again, PolicyChange::Create { name: "no".into(), description: String::new(), content: NO_APPS.into() });
    assert_eq!(again.undo(None, Some("no")), Some(delete.clone()));
    assert_eq!((again.undo(None, None), delete.undo(None, None)), (None, None), "not known is not guessed");
}
