//! The table of who may do what: role by relation by action, written out. A change of the policies that changes a cell
//! shows here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::action::Action;
use domain::approval::Approver;
use domain::person::{Actor, PlatformRole, ProjectRole};
use domain::revocation::CutOff;

use super::cases::{actor, actors, person, project, things};
use super::policies::{Facts, Policies, Ruling};

#[test]
fn v8_2_1_who_may_do_what() {
    let policies = Policies::load("the platform team").unwrap();
    insta::assert_snapshot!(table(&policies, |_, _| {}));
}

type Mistake = (&'static str, fn(&mut Actor, &mut Facts));

/// The proofs are about the policies, and take what they are told for true. A mistake in what they are told changes the table.
#[test]
fn v8_2_1_a_mistake_in_what_the_policies_are_told_is_seen() {
    // The same policies throughout: what they remember of one question answers no other.
    let policies = Policies::load("the platform team").unwrap();
    let right = table(&policies, |_, _| {});
    let mistakes = about_requests().into_iter().chain(about_everything_else());
    for (mistake, make) in mistakes {
        assert_ne!(table(&policies, make), right, "{mistake}: nobody would notice");
    }
    assert_eq!(table(&policies, |_, _| {}), right);
}

fn about_requests() -> Vec<Mistake> {
    vec![
        ("the requester is whoever looks", |actor, facts| {
            if let Facts::Request { requester, .. } = facts {
                requester.clone_from(&actor.person);
            }
        }),
        ("the requester is somebody else", |_, facts| {
            if let Facts::Request { requester, .. } = facts {
                *requester = person("nobody");
            }
        }),
        ("there is always somebody who can", |_, facts| {
            if let Facts::Request { admins_stand_in, .. } = facts {
                *admins_stand_in = false;
            }
        }),
        ("there is never anybody who can", |_, facts| {
            if let Facts::Request { admins_stand_in, .. } = facts {
                *admins_stand_in = true;
            }
        }),
        ("every step is the leads'", |_, facts| {
            if let Facts::Request { step, .. } = facts {
                *step = Some(Approver::Lead);
            }
        }),
        ("nobody decided before", |_, facts| {
            if let Facts::Request { decided_by, .. } = facts {
                decided_by.clear();
            }
        }),
        ("nobody delegated anything", |_, facts| {
            if let Facts::Request { delegated_to, .. } = facts {
                delegated_to.clear();
            }
        }),
        ("no group was assigned the step", |_, facts| {
            if let Facts::Request { open_to, .. } = facts {
                open_to.clear();
            }
        }),
        ("no group was assigned any step", |_, facts| {
            if let Facts::Request { shown_to, .. } = facts {
                shown_to.clear();
            }
        }),
    ]
}

fn about_everything_else() -> Vec<Mistake> {
    vec![
        ("nobody is in a group", |actor, _| actor.groups.clear()),
        ("the owner is whoever looks", |actor, facts| {
            if let Facts::Environment { owner, .. } = facts {
                owner.clone_from(&actor.person);
            }
        }),
        ("nothing is revoked", |_, facts| {
            if let Facts::Environment { revoked, .. } = facts {
                *revoked = false;
            }
        }),
        ("no lease ever ends", |_, facts| {
            if let Facts::Environment { lease_ended, lease_over, .. } = facts {
                (*lease_ended, *lease_over) = (false, false);
            }
        }),
        ("no grace period is over", |_, facts| {
            if let Facts::Environment { lease_over, .. } = facts {
                *lease_over = false;
            }
        }),
        ("nothing is held", |_, facts| {
            if let Facts::Environment { held, .. } = facts {
                *held = false;
            }
        }),
        ("nobody is cut off", |actor, _| actor.cut_off = CutOff::default()),
        ("somebody else is cut off", |actor, facts| {
            if let Facts::Revocation { person, .. } = facts {
                person.clone_from(&actor.person);
            }
        }),
        ("every revocation stays within the project", |_, facts| {
            if let Facts::Revocation { project: its, .. } = facts {
                *its = Some(project("fraud"));
            }
        }),
        ("every rollout stays within the project", |_, facts| {
            if let Facts::Rollout { project: its, .. } = facts {
                *its = Some(project("fraud"));
            }
        }),
        ("whoever looks began the rollout", |actor, facts| {
            if let Facts::Rollout { by, .. } = facts {
                by.clone_from(&actor.person);
            }
        }),
        ("no admin made a revocation", |_, facts| {
            if let Facts::Revocation { by_admin, .. } = facts {
                *by_admin = false;
            }
        }),
        ("everything is in the other project", |_, facts| {
            if let Facts::Request { project: its, .. } | Facts::Environment { project: its, .. } = facts {
                *its = project("churn");
            }
        }),
        ("no project may use a product", |_, facts| {
            if let Facts::Product { projects, .. } = facts {
                projects.clear();
            }
        }),
        ("members are leads", |actor, _| {
            for membership in &mut actor.memberships {
                membership.role = ProjectRole::Lead;
            }
        }),
        ("nobody is an auditor", |actor, _| actor.platform.retain(|grant| grant.role != PlatformRole::Auditor)),
        ("auditors are admins", |actor, _| {
            for grant in &mut actor.platform {
                grant.role = PlatformRole::Admin;
            }
        }),
    ]
}

fn table(policies: &Policies, mistake: impl Fn(&mut Actor, &mut Facts)) -> String {
    let mut table = String::new();
    for (thing, facts, actions) in things() {
        writeln!(table, "{thing}").unwrap();
        for action in actions {
            let mut by_answer: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (name, mut actor) in actors() {
                let mut facts = facts.clone();
                mistake(&mut actor, &mut facts);
                let answer = match policies.decide(&actor, action, &facts, None).unwrap() {
                    Ruling::Allowed => "allow".to_owned(),
                    Ruling::Refused { rule, says, ask } => {
                        assert!(says.ends_with('.'), "{rule}: {says}");
                        assert!(!ask.is_empty() && !ask.contains('{'), "{rule}: {ask}");
                        format!("no: {rule}")
                    }
                };
                by_answer.entry(answer).or_default().push(name);
            }
            writeln!(table, "  {action}").unwrap();
            for (answer, names) in by_answer {
                writeln!(table, "    {answer}: {}", names.join(", ")).unwrap();
            }
        }
    }
    table
}

#[test]
fn v8_4_1_a_request_is_for_one_project_that_may_use_the_product() {
    let policies = Policies::load("the platform team").unwrap();
    let product = Facts::Product { id: "p".into(), projects: vec![project("fraud")] };
    let both = actor("me", &["member:fraud", "member:churn"]);
    let ask = |p: &str| policies.decide(&both, Action::SubmitRequest, &product, Some(&project(p))).unwrap();
    assert_eq!(ask("fraud"), Ruling::Allowed);
    assert!(matches!(ask("churn"), Ruling::Refused { .. }));
}

#[test]
fn v8_2_1_auditors_change_nothing() {
    let policies = Policies::load("the platform team").unwrap();
    for (name, actor) in actors().into_iter().filter(|(_, a)| a.is_auditor()) {
        for (thing, facts, actions) in things() {
            for action in actions {
                let ruling = policies.decide(&actor, action, &facts, None).unwrap();
                let allowed = ruling == Ruling::Allowed;
                assert_eq!(allowed, !action.is_change(), "{name}: {action} on {thing}");
            }
        }
    }
}

/// The group `change` of the schema is what `Action::is_change` says, and the schema has no other actions.
#[test]
fn the_schema_has_the_domains_actions() {
    let schema = include_str!("../../../../policies/portal.cedarschema");
    let (fragment, _) = cedar_policy::Schema::from_cedarschema_str(schema).unwrap();
    let entities = fragment.action_entities().unwrap();
    let mut seen = 0;
    for entity in entities.iter() {
        let uid = entity.uid();
        if uid.id().unescaped() == "change" {
            continue;
        }
        let action = Action::ALL.iter().find(|a| a.as_str() == uid.id().unescaped()).unwrap();
        let change = "Action::\"change\"".parse().unwrap();
        assert_eq!(entities.is_ancestor_of(&change, &uid), action.is_change(), "{action}");
        seen += 1;
    }
    assert_eq!(seen, Action::ALL.len());
}

/// A person is issuer and subject: the same subject at another issuer is somebody else.
#[test]
fn v6_8_1_the_same_subject_at_another_issuer_owns_nothing() {
    let policies = Policies::load("the platform team").unwrap();
    let mut impostor = actor("me", &["member:fraud"]);
    impostor.person.issuer = "https://elsewhere.example".into();
    let own = Facts::Environment {
        id: "e".into(),
        owner: person("me"),
        project: project("fraud"),
        revoked: false,
        lease_ended: false,
        lease_over: false,
        held: false,
        changing_hands: false,
    };
    let ruling = policies.decide(&impostor, Action::LaunchEnvironment, &own, None).unwrap();
    assert!(matches!(ruling, Ruling::Refused { .. }));
}
