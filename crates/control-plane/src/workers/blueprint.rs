//! A blueprint is brought about: the organization is read and compared, the first step that is ready is made, and again until nothing is
//! left. Nothing is remembered beside what was looked at, so that a crash costs nothing: what was made is not planned again.

use std::collections::BTreeSet;

use blueprints::organization::read_whole;
use domain::blueprint::{AppliedBlueprint, OrganizationStep};
use domain::operation::{Observation, Operation, Plan, Step};
use domain::problem::Problem;
use domain::tag_policy::TagRule;

use super::outcome::Outcome;
use crate::authorize::{Authorized, Hindrance};
use crate::session;
use crate::trail::{By, Event};
use crate::{ControlPlane, Error, Result};

impl ControlPlane {
    pub(super) async fn act_on_blueprint(&self, operation: &Operation, it: &AppliedBlueprint) -> Result<Outcome> {
        let authorized = match self.authorize_blueprint(operation, it).await? {
            Ok(authorized) => authorized,
            Err(Hindrance::Refused(problem)) => return Ok(Outcome::refused(problem)),
            Err(Hindrance::TooOld(problem)) => {
                return Ok(Outcome::refused(Problem::new(
                    "Whoever decided upon this has not signed in for too long. Nothing more was changed.",
                    problem.why,
                    "Sign in as an admin, and apply the blueprint again: what is done stays done.",
                )));
            }
        };
        match operation.step {
            Step::Check => Ok(Outcome::new(Observation::Checked { plan: Plan::default() })),
            Step::Apply => self.apply_next_step(operation, &authorized).await,
            _ => Err(Error::internal("A worker was given a step that is no act", &operation.step.as_str())),
        }
    }

    async fn apply_next_step(
        &self,
        operation: &Operation,
        authorized: &Authorized<AppliedBlueprint>,
    ) -> Result<Outcome> {
        let it = authorized.thing();
        let Ok(blueprint) = read_whole(&it.text) else {
            return Err(Error::internal("A blueprint that was applied cannot be read", &it.id.as_str()));
        };
        let changes = self.organization_changes().await?;
        let organization = match self.read_organization().await {
            Ok(organization) => organization,
            Err(error) => return Ok(error.into()),
        };
        let plan = self.plan_of(&blueprint, &organization).await?;
        if !plan.mistakes.is_empty() {
            let why: Vec<String> = plan.mistakes.iter().map(ToString::to_string).collect();
            return Ok(Outcome::refused(changed_meanwhile(&why.join(" "))));
        }
        if plan.steps.is_empty() {
            // What the next page shows is what was just read.
            self.keep_organization(&Ok(organization), changes).await?;
            return Ok(done(it));
        }
        let looked_at: BTreeSet<String> = it.steps.iter().map(OrganizationStep::key).collect();
        if let Some(other) = plan.steps.iter().find(|step| !looked_at.contains(&step.key())) {
            return Ok(Outcome::refused(changed_meanwhile(&format!("What was not looked at would be done: {other}."))));
        }
        let Some(next) = plan.steps.iter().find(|step| step.is_ready()) else {
            return Ok(Outcome::trouble(not_shown_yet()));
        };
        let says = next.to_string();
        // AWS may take a moment to show what it took.
        if it.made.last() == Some(&says) {
            return Ok(Outcome::trouble(not_shown_yet()));
        }
        if let OrganizationStep::SetTagRule { .. } = next {
            self.set_tag_rule(operation, next).await?;
        } else if let Err(error) = self.make_step(authorized, next).await {
            // A name that is taken by what is not shown yet.
            let taken = matches!(error, aws::Error::Conflict(_));
            return Ok(if taken { Outcome::trouble(error.problem()) } else { error.into() });
        }
        let mut outcome = Outcome::new(Observation::Onward).acted("made", says.clone());
        outcome.changes.made_by_blueprint = Some(it.made.iter().cloned().chain([says]).collect());
        Ok(outcome)
    }

    async fn make_step(&self, authorized: &Authorized<AppliedBlueprint>, step: &OrganizationStep) -> aws::Result<()> {
        let arn = |rest: String| format!("arn:{}:organizations::{rest}", self.aws().config().partition);
        let node = |id: &Option<String>| arn(format!("*:*/o-*/{}", id.as_deref().unwrap_or_default()));
        let policy = |id: &str| arn(format!("*:policy/*{id}"));
        let open = async |action: &str, on: Vec<String>| {
            Ok::<_, aws::Error>(session::blueprint_applier(self, authorized, action, &on).await?.organizations())
        };
        let id = |place: &Option<String>| place.clone().unwrap_or_default();
        match step {
            OrganizationStep::CreatePolicy { name, description, document } => {
                // There is no resource yet that could be named.
                let organizations = open("organizations:CreatePolicy", vec!["*".to_owned()]).await?;
                organizations.create_policy(name, description, document).await.map(drop)
            }
            OrganizationStep::EditPolicy { policy: of, name, description, document } => {
                let organizations = open("organizations:UpdatePolicy", vec![policy(of)]).await?;
                organizations.update_policy(of, name, description, document).await
            }
            OrganizationStep::CreateUnit { within, name, .. } => {
                let organizations = open("organizations:CreateOrganizationalUnit", vec![node(&within.id)]).await?;
                organizations.create_organizational_unit(&id(&within.id), name).await.map(drop)
            }
            OrganizationStep::Attach { policy: of, node: to, .. } => {
                let of = id(of);
                let organizations = open("organizations:AttachPolicy", vec![policy(&of), node(&to.id)]).await?;
                organizations.attach_policy(&of, &id(&to.id)).await
            }
            OrganizationStep::Detach { policy: of, node: from, .. } => {
                let organizations = open("organizations:DetachPolicy", vec![policy(of), node(&from.id)]).await?;
                organizations.detach_policy(of, &id(&from.id)).await
            }
            OrganizationStep::MoveAccount { account, from, to, .. } => {
                let moved = arn(format!("*:account/o-*/{account}"));
                let on = vec![moved, node(&from.id), node(&to.id)];
                let organizations = open("organizations:MoveAccount", on).await?;
                organizations.move_account(account, &id(&from.id), &id(&to.id)).await
            }
            // The portal's own.
            OrganizationStep::SetTagRule { .. } => Ok(()),
        }
    }

    async fn set_tag_rule(&self, operation: &Operation, step: &OrganizationStep) -> Result<()> {
        let OrganizationStep::SetTagRule { key, stage, data_class, values } = step else { return Ok(()) };
        let mut tx = self.store().begin().await?;
        let before = tx.tag_rule_for(key, *stage, *data_class).await?;
        let (key, stage, data_class, values) = (key.clone(), *stage, *data_class, values.clone());
        let rule = match before {
            Some(before) => TagRule { values, version: before.version + 1, ..before },
            None => TagRule { id: self.ids().next()?, key, stage, data_class, values, version: 1 },
        };
        if rule.version == 1 {
            tx.insert_tag_rule(&rule).await?;
        } else {
            tx.update_tag_rule(&rule).await?;
        }
        let event = Event::done("manage_tag_policy", "tag_rule", rule.id.as_str())
            .version(rule.version)
            .with("change", if rule.version == 1 { "made" } else { "changed" })
            .with("rule", rule.to_string())
            .with("because", "a blueprint says so");
        self.record(&mut tx, By::operation(operation), event).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Nothing is left. What is not known to have been made was made by a call whose answer was lost, or by somebody else.
fn done(it: &AppliedBlueprint) -> Outcome {
    let all = it.steps.iter().map(ToString::to_string);
    let found: Vec<String> = all.filter(|step| !it.made.contains(step)).collect();
    let mut outcome = Outcome::new(Observation::Done);
    if !found.is_empty() {
        outcome = outcome.with("found", found.join("; "));
        let found = found.into_iter().map(|step| format!("{step} (found so)"));
        outcome.changes.made_by_blueprint = Some(it.made.iter().cloned().chain(found).collect());
    }
    outcome
}

fn changed_meanwhile(why: &str) -> Problem {
    Problem::new(
        "The organization is no longer as it was when the plan was looked at.",
        why,
        "What was done stays done. Look at the plan as it is now, and apply it again.",
    )
}

fn not_shown_yet() -> Problem {
    Problem::new(
        "AWS took a change and does not show it.",
        "Organizations may take a moment, or somebody changed it again since.",
        "The portal looks again by itself.",
    )
}
