//! The table of who may do what: role by relation by action, written out. A change of the policies that changes a cell
//! shows here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::action::Action;
use domain::approval::Approver;
use domain::id::ProjectId;
use domain::person::{Actor, Membership, PersonKey, PlatformGrant, PlatformRole, ProjectRole};
use domain::revocation::CutOff;

use super::policies::{Facts, Policies, Ruling};

fn project(name: &str) -> ProjectId {
    name.parse().unwrap()
}

fn person(subject: &str) -> PersonKey {
    PersonKey { issuer: "https://id.example".into(), subject: subject.into() }
}

/// `roles`: `admin`, `auditor`, `member:PROJECT`, `lead:PROJECT`, `group:GROUP`, `cut off`, `cut off in:PROJECT`.
fn actor(subject: &str, roles: &[&str]) -> Actor {
    let mut actor = Actor {
        person: person(subject),
        display_name: subject.into(),
        email: None,
        groups: vec![],
        platform: vec![],
        memberships: vec![],
        cut_off: CutOff::default(),
    };
    for role in roles {
        let because_of_group = (*role).to_owned();
        let mut join = |p: &str, role| {
            actor.memberships.push(Membership {
                project: project(p),
                role,
                because_of_group: because_of_group.clone(),
            });
        };
        match role.split_once(':') {
            Some(("member", p)) => join(p, ProjectRole::Member),
            Some(("lead", p)) => join(p, ProjectRole::Lead),
            Some(("group", group)) => actor.groups.push(group.into()),
            Some(("cut off in", p)) => actor.cut_off.projects.push(project(p)),
            // Whatever roles came with it: the loading takes them away, and the policies do not count on that.
            None if *role == "cut off" => actor.cut_off.everything = true,
            _ => {
                let role = if *role == "admin" { PlatformRole::Admin } else { PlatformRole::Auditor };
                actor.platform.push(PlatformGrant { role, because_of_group: because_of_group.clone() });
            }
        }
    }
    actor
}

fn actors() -> Vec<(&'static str, Actor)> {
    vec![
        ("newcomer", actor("me", &[])),
        ("member", actor("me", &["member:fraud"])),
        ("lead", actor("me", &["lead:fraud"])),
        ("member elsewhere", actor("me", &["member:churn"])),
        ("lead elsewhere", actor("me", &["lead:churn"])),
        ("admin", actor("me", &["admin"])),
        ("admin and lead", actor("me", &["admin", "lead:fraud"])),
        ("auditor", actor("me", &["auditor"])),
        ("auditor and admin", actor("me", &["auditor", "admin"])),
        ("auditor and lead", actor("me", &["auditor", "lead:fraud"])),
        ("auditor and member", actor("me", &["auditor", "member:fraud"])),
        ("data owner", actor("me", &["group:stewards"])),
        ("data owner and auditor", actor("me", &["group:stewards", "auditor"])),
        ("data owner, cut off in fraud", actor("me", &["group:stewards", "cut off in:fraud"])),
        ("lead of a group that decides nothing", actor("me", &["lead:churn", "group:others"])),
        ("the portal", Actor::portal()),
        ("admin and lead, cut off", actor("me", &["admin", "lead:fraud", "cut off"])),
    ]
}

fn things() -> Vec<(&'static str, Facts, Vec<Action>)> {
    let at_step = |step: Option<Approver>| Facts::Request {
        id: "r".into(),
        requester: person("you"),
        project: project("fraud"),
        step,
        open_to: if step == Some(Approver::DataOwner) { vec!["stewards".into()] } else { vec![] },
        shown_to: vec!["stewards".into()],
        admins_stand_in: false,
        decided_by: vec![],
    };
    let request = |who: &str, lead_is_there: bool| {
        let mut facts = at_step(Some(Approver::Lead));
        if let Facts::Request { requester, admins_stand_in, .. } = &mut facts {
            (*requester, *admins_stand_in) = (person(who), !lead_is_there);
        }
        facts
    };
    let decided = |by: &str, step| {
        let mut facts = at_step(Some(step));
        if let Facts::Request { decided_by, .. } = &mut facts {
            decided_by.push(person(by));
        }
        facts
    };
    let in_state = |who: &str, revoked| Facts::Environment {
        id: "e".into(),
        owner: person(who),
        project: project("fraud"),
        revoked,
        lease_ended: false,
        lease_over: false,
    };
    let past = |who: &str, over: bool| Facts::Environment {
        id: "e".into(),
        owner: person(who),
        project: project("fraud"),
        revoked: false,
        lease_ended: true,
        lease_over: over,
    };
    let environment = |who: &str| in_state(who, false);
    let revocation = |who: &str, within: Option<&str>, by_admin| Facts::Revocation {
        id: "v".into(),
        person: person(who),
        project: within.map(project),
        by_admin,
    };
    let on_revocations = vec![Action::ViewRevocation, Action::RevokeAccess, Action::RestoreAccess];
    let on_requests = vec![Action::ViewRequest, Action::WithdrawRequest, Action::DecideRequest];
    let on_environments = vec![
        Action::ViewEnvironment,
        Action::LaunchEnvironment,
        Action::TerminateEnvironment,
        Action::RetryEnvironment,
        Action::UpdateEnvironment,
        Action::LeaveResources,
        Action::HandOverEnvironment,
        Action::ExtendLease,
        Action::HoldEnvironment,
        Action::ObserveEnvironment,
        Action::StopEnvironment,
        Action::StartEnvironment,
    ];
    let on_portal = Action::ALL
        .iter()
        .copied()
        .filter(|a| ![Action::ViewProduct, Action::SubmitRequest].contains(a))
        .filter(|a| !on_requests.contains(a) && !on_environments.contains(a) && !on_revocations.contains(a))
        .collect();
    vec![
        (
            "product of fraud",
            Facts::Product { id: "p".into(), projects: vec![project("fraud")] },
            vec![Action::ViewProduct, Action::SubmitRequest],
        ),
        (
            "product of nobody",
            Facts::Product { id: "p".into(), projects: vec![] },
            vec![Action::ViewProduct, Action::SubmitRequest],
        ),
        ("own request, lead there", request("me", true), on_requests.clone()),
        ("own request, no lead", request("me", false), on_requests.clone()),
        ("other's request, lead there", request("you", true), on_requests.clone()),
        ("other's request, no lead", request("you", false), on_requests.clone()),
        ("other's request, at the data owner's step", at_step(Some(Approver::DataOwner)), on_requests.clone()),
        ("other's request, at the admin's step", at_step(Some(Approver::Admin)), on_requests.clone()),
        ("other's request, nobody is asked", at_step(None), on_requests.clone()),
        ("other's request, decided by me before", decided("me", Approver::Lead), on_requests.clone()),
        (
            "other's request, decided by me before, at the data owner's step",
            decided("me", Approver::DataOwner),
            on_requests,
        ),
        ("own environment", environment("me"), on_environments.clone()),
        ("other's environment", environment("you"), on_environments.clone()),
        ("own environment, revoked", in_state("me", true), on_environments.clone()),
        ("other's environment, revoked", in_state("you", true), on_environments.clone()),
        ("own environment, past its lease", past("me", false), on_environments.clone()),
        ("other's environment, past its lease", past("you", false), on_environments.clone()),
        ("other's environment, past its grace period", past("you", true), on_environments),
        ("own revocation in fraud", revocation("me", Some("fraud"), false), on_revocations.clone()),
        ("other's revocation in fraud", revocation("you", Some("fraud"), false), on_revocations.clone()),
        ("other's revocation in fraud, by an admin", revocation("you", Some("fraud"), true), on_revocations.clone()),
        ("other's revocation everywhere", revocation("you", None, true), on_revocations),
        ("portal", Facts::Portal, on_portal),
    ]
}

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
    let mistakes: [Mistake; 22] = [
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
    ];
    for (mistake, make) in mistakes {
        assert_ne!(table(&policies, make), right, "{mistake}: nobody would notice");
    }
    assert_eq!(table(&policies, |_, _| {}), right);
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
    };
    let ruling = policies.decide(&impostor, Action::LaunchEnvironment, &own, None).unwrap();
    assert!(matches!(ruling, Ruling::Refused { .. }));
}
