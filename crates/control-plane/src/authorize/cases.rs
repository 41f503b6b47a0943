//! Who and what the table of who may do what is made of.

use domain::action::Action;
use domain::approval::Approver;
use domain::id::ProjectId;
use domain::person::{Actor, Membership, PersonKey, PlatformGrant, PlatformRole, ProjectRole};
use domain::revocation::CutOff;

use super::policies::Facts;

pub(super) fn project(name: &str) -> ProjectId {
    name.parse().unwrap()
}

pub(super) fn person(subject: &str) -> PersonKey {
    PersonKey { issuer: "https://id.example".into(), subject: subject.into() }
}

/// `roles`: `admin`, `auditor`, `member:PROJECT`, `lead:PROJECT`, `group:GROUP`, `cut off`, `cut off in:PROJECT`.
pub(super) fn actor(subject: &str, roles: &[&str]) -> Actor {
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

pub(super) fn actors() -> Vec<(&'static str, Actor)> {
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
        ("member, cut off in fraud", actor("me", &["member:fraud", "cut off in:fraud"])),
        ("lead of a group that decides nothing", actor("me", &["lead:churn", "group:others"])),
        ("the portal", Actor::portal()),
        ("admin and lead, cut off", actor("me", &["admin", "lead:fraud", "cut off"])),
    ]
}

/// What is acted on: its name, what the policies know of it, and what is done to it.
type Thing = (&'static str, Facts, Vec<Action>);

pub(super) fn things() -> Vec<Thing> {
    let products = [("product of fraud", vec![project("fraud")]), ("product of nobody", vec![])];
    let products = products.into_iter().map(|(name, projects)| {
        (name, Facts::Product { id: "p".into(), projects }, vec![Action::ViewProduct, Action::SubmitRequest])
    });
    let mut things: Vec<Thing> =
        products.chain(requests()).chain(environments()).chain(revocations()).chain(rollouts()).collect();
    let of_things: Vec<Action> = things.iter().flat_map(|(_, _, actions)| actions.clone()).collect();
    let on_portal = Action::ALL.iter().copied().filter(|action| !of_things.contains(action)).collect();
    things.push(("portal", Facts::Portal, on_portal));
    things
}

fn requests() -> Vec<Thing> {
    let at_step = |step: Option<Approver>| Facts::Request {
        id: "r".into(),
        requester: person("you"),
        project: project("fraud"),
        step,
        open_to: if step == Some(Approver::DataOwner) { vec!["stewards".into()] } else { vec![] },
        shown_to: vec!["stewards".into()],
        admins_stand_in: false,
        decided_by: vec![],
        delegated_to: vec![],
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
    let delegated = |facts: Facts| {
        let mut facts = facts;
        if let Facts::Request { delegated_to, .. } = &mut facts {
            delegated_to.push(person("me"));
        }
        facts
    };
    let on_requests = vec![
        Action::ViewRequest,
        Action::WithdrawRequest,
        Action::DecideRequest,
        Action::QuestionRequest,
        Action::AnswerRequest,
    ];
    vec![
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
            on_requests.clone(),
        ),
        ("other's request, delegated to me", delegated(request("you", true)), on_requests.clone()),
        ("own request, delegated to me", delegated(request("me", true)), on_requests),
    ]
}

fn environments() -> Vec<Thing> {
    let in_state = |who: &str, revoked| Facts::Environment {
        id: "e".into(),
        owner: person(who),
        project: project("fraud"),
        revoked,
        lease_ended: false,
        lease_over: false,
        held: false,
        changing_hands: false,
    };
    let given_away = |who: &str| Facts::Environment {
        id: "e".into(),
        owner: person(who),
        project: project("fraud"),
        revoked: false,
        lease_ended: false,
        lease_over: false,
        held: false,
        changing_hands: true,
    };
    let held = |who: &str| Facts::Environment {
        id: "e".into(),
        owner: person(who),
        project: project("fraud"),
        revoked: false,
        lease_ended: false,
        lease_over: false,
        held: true,
        changing_hands: false,
    };
    let past = |who: &str, over: bool| Facts::Environment {
        id: "e".into(),
        owner: person(who),
        project: project("fraud"),
        revoked: false,
        lease_ended: true,
        lease_over: over,
        held: false,
        changing_hands: false,
    };
    let environment = |who: &str| in_state(who, false);
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
        Action::StopIdle,
        Action::MarkRunningJob,
        Action::TransferEnvironment,
        Action::TagEnvironment,
    ];
    vec![
        ("own environment", environment("me"), on_environments.clone()),
        ("other's environment", environment("you"), on_environments.clone()),
        ("own environment, revoked", in_state("me", true), on_environments.clone()),
        ("own environment, held", held("me"), on_environments.clone()),
        ("other's environment, held", held("you"), on_environments.clone()),
        ("other's environment, revoked", in_state("you", true), on_environments.clone()),
        ("own environment, past its lease", past("me", false), on_environments.clone()),
        ("other's environment, past its lease", past("you", false), on_environments.clone()),
        ("other's environment, past its grace period", past("you", true), on_environments.clone()),
        ("own environment, changing hands", given_away("me"), on_environments.clone()),
        ("other's environment, changing hands", given_away("you"), on_environments),
    ]
}

fn revocations() -> Vec<Thing> {
    let revocation = |who: &str, within: Option<&str>, by_admin| Facts::Revocation {
        id: "v".into(),
        person: person(who),
        project: within.map(project),
        by_admin,
    };
    let on_revocations = vec![Action::ViewRevocation, Action::RevokeAccess, Action::RestoreAccess];
    vec![
        ("own revocation in fraud", revocation("me", Some("fraud"), false), on_revocations.clone()),
        ("other's revocation in fraud", revocation("you", Some("fraud"), false), on_revocations.clone()),
        ("other's revocation in fraud, by an admin", revocation("you", Some("fraud"), true), on_revocations.clone()),
        ("other's revocation everywhere", revocation("you", None, true), on_revocations),
    ]
}

fn rollouts() -> Vec<Thing> {
    let rollout = |who: &str, within: Option<&str>| Facts::Rollout {
        id: "o".into(),
        by: person(who),
        project: within.map(project),
    };
    let on_rollouts = vec![Action::ViewRollout, Action::ManageRollout];
    vec![
        ("own rollout in fraud", rollout("me", Some("fraud")), on_rollouts.clone()),
        ("other's rollout in fraud", rollout("you", Some("fraud")), on_rollouts.clone()),
        ("other's rollout over several projects", rollout("you", None), on_rollouts),
    ]
}
