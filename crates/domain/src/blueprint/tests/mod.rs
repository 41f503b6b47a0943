//! Any organization becomes what is described, step by step, and nothing is ever without its guardrails on the way.

mod aws;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::organization::ScpLimits;
use aws::{Aws, policy};

const LIMITS: ScpLimits = ScpLimits { characters: 5_120, per_node: 4 };
const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
const OTHER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}"#;

fn described_policy(name: &str, document: &str) -> DescribedPolicy {
    DescribedPolicy { name: name.into(), document: document.into(), ..DescribedPolicy::default() }
}

fn described_unit(path: &str, policies: &[&str]) -> DescribedUnit {
    let policies = policies.iter().map(|it| (*it).to_owned()).collect();
    DescribedUnit { path: path.into(), stage: None, policies }
}

fn the_pattern() -> OrganizationBlueprint {
    OrganizationBlueprint {
        root: Some(DescribedRoot { policies: vec!["no-leaving".into()] }),
        units: vec![
            described_unit("Workloads/Dev", &["no-endpoints"]),
            described_unit("Workloads", &["no-leaving"]),
            described_unit("Sandbox", &["no-endpoints"]),
        ],
        accounts: vec![DescribedAccount { account: "fraud-dev".into(), unit: "Workloads/Dev".into() }],
        policies: vec![described_policy("no-leaving", DOCUMENT), described_policy("no-endpoints", OTHER)],
        tag_rules: vec![DescribedTagRule {
            key: "team".into(),
            values: vec!["ml-*".into()],
            ..DescribedTagRule::default()
        }],
    }
}

fn with_account() -> Aws {
    let mut aws = Aws::new();
    aws.accounts.insert("601000000002".into(), ("fraud-dev".into(), "r".into()));
    aws
}

#[test]
fn an_empty_organization_becomes_the_pattern_in_an_order_that_guards_it() {
    let mut aws = with_account();
    let done = aws.bring(&the_pattern());
    assert_eq!(
        done,
        [
            "Make the policy no-leaving",
            "Make the policy no-endpoints",
            "Make the organizational unit Workloads",
            "Make the organizational unit Sandbox",
            "Make the organizational unit Workloads/Dev",
            "Attach no-leaving to the root",
            "Attach no-endpoints to Workloads/Dev",
            "Attach no-leaving to Workloads",
            "Attach no-endpoints to Sandbox",
            "Move the account fraud-dev (601000000002) from the root to Workloads/Dev",
            "Have the tag policy ask for team: ml-*",
        ]
    );
    assert_eq!(aws.plan(&the_pattern()), BlueprintPlan::default());
}

#[test]
fn what_was_changed_in_the_console_is_put_back_and_what_is_not_described_stays() {
    let mut aws = with_account();
    aws.bring(&the_pattern());
    let dev = aws.id_of("Workloads/Dev").unwrap();
    let endpoints = aws.policies.values().find(|it| it.name == "no-endpoints").unwrap().id.clone();
    aws.units.get_mut(&dev).unwrap().1.retain(|it| *it != endpoints);
    aws.policies.insert("p-own".into(), policy("p-own", "somebody-elses", DOCUMENT));
    aws.units.get_mut(&dev).unwrap().1.push("p-own".into());
    aws.policies.get_mut(&endpoints).unwrap().content = DOCUMENT.into();
    aws.unit("Experiments");
    let plan = aws.plan(&the_pattern());
    assert_eq!(plan.stays, ["the organizational unit Experiments", "the policy somebody-elses"]);
    let done = aws.bring(&the_pattern());
    assert_eq!(
        done,
        [
            "Change the policy no-endpoints",
            "Attach no-endpoints to Workloads/Dev",
            "Detach somebody-elses from Workloads/Dev",
        ]
    );
    assert!(aws.id_of("Experiments").is_some() && aws.policies.contains_key("p-own"));
}

#[test]
fn a_full_node_lets_go_first_and_keeps_one() {
    let mut aws = Aws::new();
    for n in 0..3 {
        let id = format!("p-old{n}");
        aws.policies.insert(id.clone(), policy(&id, &format!("old-{n}"), DOCUMENT));
        aws.units.get_mut("r").unwrap().1.push(id);
    }
    let names = ["new-0", "new-1", "new-2"];
    let blueprint = OrganizationBlueprint {
        root: Some(DescribedRoot { policies: names.map(str::to_owned).to_vec() }),
        policies: names.map(|name| described_policy(name, OTHER)).to_vec(),
        ..OrganizationBlueprint::default()
    };
    let done = aws.bring(&blueprint);
    assert_eq!(done.len(), 9, "{done:?}");
}

#[test]
fn what_cannot_be_meant_is_told_and_nothing_is_planned() {
    let mut aws = with_account();
    aws.accounts.insert("601000000003".into(), ("twin".into(), "r".into()));
    aws.accounts.insert("601000000004".into(), ("twin".into(), "r".into()));
    let told = |change: fn(&mut OrganizationBlueprint)| {
        let mut blueprint = the_pattern();
        change(&mut blueprint);
        let plan = aws.plan(&blueprint);
        assert!(plan.steps.is_empty(), "{:?}", plan.steps);
        plan.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(told(|it| it.units.push(described_unit("Sandbox", &[]))).contains("Sandbox is described twice"));
    assert!(told(|it| it.units.push(described_unit("A/B", &[]))).contains("within A, which is not there"));
    assert!(told(|it| it.units.push(described_unit("A//B", &[]))).contains("is no path of units"));
    assert!(told(|it| it.units.push(described_unit("", &[]))).contains("is no path of units"));
    assert!(told(|it| it.units.push(described_unit("Workloads/Dev/a/b/c/d", &[]))).contains("deeper than 5"));
    assert!(told(|it| it.units[0].policies.push("none".into())).contains("there is no such policy"));
    assert!(told(|it| it.units[0].policies.push("no-endpoints".into())).contains("twice"));
    assert!(told(|it| it.policies[0].document = "{".into()).contains("The policy no-leaving, line 1, column 2"));
    assert!(told(|it| it.policies[0].name = FULL_ACCESS.into()).contains("AWS's own"));
    assert!(told(|it| it.policies.push(described_policy("no-leaving", DOCUMENT))).contains("described twice"));
    assert!(told(|it| it.accounts[0].account = "nobody".into()).contains("There is no account nobody"));
    assert!(told(|it| it.accounts[0].account = "twin".into()).contains("Several accounts are called twin"));
    assert!(told(|it| it.accounts[0].unit = "Moon".into()).contains("is in Moon, which is not there"));
    let twice = |it: &mut OrganizationBlueprint| {
        it.accounts.push(DescribedAccount { account: "601000000002".into(), unit: String::new() });
    };
    assert!(told(twice).contains("described twice"));
    assert!(told(|it| it.tag_rules[0].key = "Stage".into()).contains("A tag rule"));
    assert!(told(|it| it.tag_rules[0].values = vec!["<".into()]).contains("The tag rule team"));
    assert!(told(|it| it.tag_rules.push(it.tag_rules[0].clone())).contains("described twice for the same"));
    let many = |it: &mut OrganizationBlueprint| {
        for n in 0..4 {
            it.policies.push(described_policy(&format!("p{n}"), DOCUMENT));
            it.units[0].policies.push(format!("p{n}"));
        }
    };
    assert!(told(many).contains("would have 6 policies with FullAWSAccess, and AWS allows 4"));
}

#[test]
fn an_account_in_a_unit_of_another_stage_is_noticed() {
    let mut aws = with_account();
    let mut blueprint = the_pattern();
    blueprint.units[1].stage = Some(Stage::PreProd);
    aws.bring(&blueprint);
    let organization = aws.organization();
    let stages = BTreeMap::from([("601000000002".parse().unwrap(), Stage::Dev)]);
    let standing = Standing { organization: &organization, tag_rules: &aws.tag_rules, stages: &stages, limits: LIMITS };
    let noticed = plan(&blueprint, &standing).notices;
    assert!(noticed.len() == 1 && noticed[0].contains("is in Workloads, for"), "{noticed:?}");
    blueprint.units[0].stage = Some(Stage::Dev);
    assert_eq!(plan(&blueprint, &standing).notices, Vec::<String>::new(), "the nearest counts");
}

const PATHS: [&str; 5] = ["A", "A/B", "A/B/C", "D", "D/E"];
const NAMES: [&str; 3] = ["p", "q", "s"];

fn some_policies() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::subsequence(NAMES.map(str::to_owned).to_vec(), 0..=3)
}

fn blueprint() -> impl Strategy<Value = OrganizationBlueprint> {
    let units = proptest::collection::btree_map(proptest::sample::select(PATHS.to_vec()), some_policies(), 0..5);
    let documents = proptest::collection::vec(any::<bool>(), 3);
    let accounts = proptest::collection::vec(proptest::option::of(proptest::sample::select(PATHS.to_vec())), 2);
    (units, documents, accounts, proptest::option::of(some_policies())).prop_map(
        |(units, documents, accounts, root)| {
            let mut all: Vec<DescribedUnit> = units
                .into_iter()
                .map(|(path, policies)| DescribedUnit { path: path.to_owned(), stage: None, policies })
                .collect();
            // What is above has to be described, or there.
            for path in PATHS {
                let within = |it: &DescribedUnit| it.path.starts_with(&format!("{path}/"));
                if all.iter().any(within) && all.iter().all(|it| it.path != path) {
                    all.push(described_unit(path, &[]));
                }
            }
            let there = |path: &str| all.iter().any(|it| it.path == path);
            let accounts = accounts
                .into_iter()
                .enumerate()
                .map(|(n, unit)| DescribedAccount {
                    account: format!("60100000000{n}"),
                    unit: unit.filter(|path| there(path)).unwrap_or_default().to_owned(),
                })
                .collect();
            OrganizationBlueprint {
                root: root.map(|policies| DescribedRoot { policies }),
                accounts,
                policies: NAMES
                    .iter()
                    .zip(documents)
                    .map(|(name, other)| described_policy(name, if other { OTHER } else { DOCUMENT }))
                    .collect(),
                units: all,
                tag_rules: Vec::new(),
            }
        },
    )
}

proptest! {
    /// From whatever another blueprint left, the one that is described comes about, with a restart at every step; and an account that
    /// does not move is never without what it has before and after.
    #[test]
    fn any_organization_becomes_any_other(first in blueprint(), second in blueprint()) {
        let mut aws = Aws::new();
        for n in 0..2 {
            aws.accounts.insert(format!("60100000000{n}"), (format!("account-{n}"), "r".into()));
        }
        aws.bring(&first);
        let before = aws.clone();
        let mut after = aws.clone();
        after.bring(&second);
        prop_assert_eq!(after.plan(&second), BlueprintPlan { stays: after.plan(&second).stays, ..BlueprintPlan::default() });
        // What a page shows as the outcome is the outcome.
        let foretold = {
            let mut organization = before.organization();
            before.plan(&second).steps.iter().for_each(|step| step.make(&mut organization));
            organization
        };
        let (stages, tag_rules) = (BTreeMap::new(), Vec::new());
        let standing = Standing { organization: &foretold, tag_rules: &tag_rules, stages: &stages, limits: LIMITS };
        prop_assert_eq!(plan(&second, &standing).steps, vec![]);
        // The same again, looked at after every step.
        let mut on_the_way = aws;
        while let Some(next) = on_the_way.plan(&second).steps.into_iter().find(OrganizationStep::is_ready) {
            on_the_way.make(&next);
            for account in before.accounts.keys() {
                let (had, has) = (before.denies_at(account), after.denies_at(account));
                let now = on_the_way.denies_at(account);
                let full = on_the_way.units.values().any(|(_, at)| at.len() >= LIMITS.per_node);
                prop_assert!(full || had.iter().filter(|it| has.contains(it)).all(|it| now.contains(it)), "{next}: {now:?}");
            }
        }
        // What is made of nothing stays described once.
        let names: Vec<&str> = after.policies.values().map(|it| it.name.as_str()).collect();
        prop_assert!(NAMES.iter().all(|name| names.iter().filter(|it| *it == name).count() == 1));
    }
}
