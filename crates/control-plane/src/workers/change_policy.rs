//! The steps of a change of service control policies: look whether everything is as it was decided upon, change it, look
//! whether Organizations shows it.

use std::collections::BTreeMap;

use aws::organizations::Organizations;
use domain::operation::{Observation, Operation, Plan, Step};
use domain::organization::{AppliedChange, AroundChange, Basis, PolicyChange, ServiceControlPolicy};
use domain::problem::Problem;

use super::outcome::Outcome;
use crate::authorize::{Authorized, Hindrance};
use crate::session::{self, Grant};
use crate::{ControlPlane, Error, Result};

impl ControlPlane {
    pub(super) async fn act_on_policy_change(&self, operation: &Operation, it: &AppliedChange) -> Result<Outcome> {
        // What was changed is looked at whoever may change what by now.
        if operation.step == Step::ReadBack {
            return self.read_back(it).await;
        }
        let authorized = match self.authorize_policy_change(operation, it).await? {
            Ok(authorized) => authorized,
            Err(Hindrance::Refused(problem)) => return Ok(Outcome::refused(problem)),
            // Nobody else could decide upon anything while this one waits for somebody to sign in.
            Err(Hindrance::TooOld(problem)) => {
                return Ok(Outcome::refused(Problem::new(
                    "Whoever decided upon this has not signed in for too long. Nothing was changed.",
                    problem.why,
                    "Sign in as an admin and try again.",
                )));
            }
        };
        match operation.step {
            Step::Check => self.check_policy_change(it).await,
            // Looked at again: an earlier try may have been made whose answer was lost, or somebody else was quicker since.
            Step::Change => match self.check_policy_change(it).await? {
                Outcome { observation: Observation::Checked { .. }, .. } => {
                    Ok(self.change_policy(&authorized).await.unwrap_or_else(Outcome::from))
                }
                outcome => Ok(outcome),
            },
            _ => Err(Error::internal("A worker was given a step that is no act", &operation.step.as_str())),
        }
    }

    /// Nothing is changed that is not as it was when somebody decided. What is so already is done.
    async fn check_policy_change(&self, it: &AppliedChange) -> Result<Outcome> {
        let around = match self.around_at_aws(it).await? {
            Ok(around) => around,
            Err(error) => return Ok(error.into()),
        };
        if it.change.is_made(&around) {
            return Ok(done(it, &around).with("found", "it is so already"));
        }
        let moved = it.basis.what_changed(&Basis::of(&it.change, &around));
        if !moved.is_empty() {
            return Ok(Outcome::refused(Problem::new(
                "This is no longer as it was when it was decided.",
                moved.join(" "),
                "Enter the change again, and look at what it would do now.",
            )));
        }
        let mistakes = it.change.mistakes(&around, self.settings().scp_limits);
        if !mistakes.is_empty() {
            let why: Vec<String> = mistakes.into_iter().map(|mistake| mistake.message).collect();
            return Ok(Outcome::refused(Problem::new(
                "AWS would refuse this change. Nothing was changed.",
                why.join(" "),
                "Enter the change again.",
            )));
        }
        Ok(Outcome::new(Observation::Checked { plan: Plan::default() }))
    }

    async fn change_policy(&self, authorized: &Authorized<AppliedChange>) -> aws::Result<Outcome> {
        let it = authorized.thing();
        let arn = |rest: String| [format!("arn:{}:organizations::{rest}", self.aws().config().partition)];
        let policy = arn(format!("*:policy/*{}", it.policy().unwrap_or_default()));
        let open = async |grant: Grant<'_>| {
            Ok::<_, aws::Error>(session::policy_changer(self, authorized, &[grant]).await?.organizations())
        };
        let mut outcome = Outcome::new(Observation::Done);
        match &it.change {
            PolicyChange::Create { name, description, content } => {
                // There is no resource yet that could be named.
                let anything = ["*".to_owned()];
                let organizations = open((&["organizations:CreatePolicy"], &anything)).await?;
                outcome.changes.made = Some(organizations.create_policy(name, description, content).await?);
            }
            PolicyChange::Edit { policy: id, name, description, content } => {
                let organizations = open((&["organizations:UpdatePolicy"], &policy)).await?;
                organizations.update_policy(id, name, description, content).await?;
            }
            PolicyChange::Attach { policy: id, node } | PolicyChange::Detach { policy: id, node } => {
                let [policy] = policy;
                let [target] = arn(format!("*:*/o-*/{node}"));
                let attaches = matches!(it.change, PolicyChange::Attach { .. });
                let action = if attaches { "organizations:AttachPolicy" } else { "organizations:DetachPolicy" };
                let organizations = open((&[action], &[policy, target])).await?;
                if attaches {
                    organizations.attach_policy(id, node).await?;
                } else {
                    organizations.detach_policy(id, node).await?;
                }
            }
            PolicyChange::Delete { policy: id } => {
                let organizations = open((&["organizations:DeletePolicy"], &policy)).await?;
                organizations.delete_policy(id).await?;
            }
        }
        Ok(outcome)
    }

    /// Organizations may take a moment to show what it took.
    async fn read_back(&self, it: &AppliedChange) -> Result<Outcome> {
        Ok(match self.around_at_aws(it).await? {
            Ok(around) if it.change.is_made(&around) => done(it, &around),
            Ok(_) => Outcome::trouble(Problem::new(
                "AWS took the change and does not show it.",
                "Organizations may take a moment, or somebody changed it again since.",
                "Look at the policy, and enter the change again if it is still wanted.",
            )),
            Err(error) => error.into(),
        })
    }

    /// What the change is about, as Organizations has it now.
    async fn around_at_aws(&self, it: &AppliedChange) -> Result<aws::Result<AroundChange>> {
        // Organizations lists ids of nodes alone; the mirror knows what people call them.
        let node = match it.change.node() {
            Some(id) => self.store().organization_node(id).await?,
            None => None,
        };
        let ask = async {
            let organizations = session::organizer(self).await?.organizations();
            let mut around = AroundChange { node, ..AroundChange::default() };
            if let Some(id) = it.change.policy() {
                around.policy = found(organizations.describe_policy(id).await)?.map(of_aws);
                // One that is gone is attached nowhere.
                let targets = found(organizations.list_targets_for_policy(id).await)?.unwrap_or_default();
                around.attached_to = targets.into_iter().map(|id| (id.clone(), id)).collect();
            }
            if let Some(id) = it.change.node() {
                match found(organizations.list_policies_for_target(id).await)? {
                    Some(on_node) => around.on_node = on_node.into_iter().map(|p| (p.id, p.name)).collect(),
                    None => around.node = None,
                }
            }
            if let Some((name, _)) = it.change.document() {
                around.holder = holder(&organizations, name, it.change.policy()).await?;
            }
            Ok(around)
        };
        let mut around: AroundChange = match ask.await {
            Ok(around) => around,
            Err(error) => return Ok(Err(error)),
        };
        let nodes = self.store().organization_nodes_of(around.attached_to.keys().map(String::as_str)).await?;
        let names: BTreeMap<String, String> = nodes.into_iter().map(|(id, it)| (id, it.node.name)).collect();
        around.attached_to.extend(names);
        Ok(Ok(around))
    }
}

/// Another policy of this name.
async fn holder(
    organizations: &Organizations,
    name: &str,
    itself: Option<&str>,
) -> aws::Result<Option<ServiceControlPolicy>> {
    let all = organizations.list_policies().await?;
    match all.into_iter().find(|policy| policy.name == name && itself != Some(policy.id.as_str())) {
        Some(summary) => Ok(found(organizations.describe_policy(&summary.id).await)?.map(of_aws)),
        None => Ok(None),
    }
}

/// What is not there is no failure.
fn found<T>(answer: aws::Result<T>) -> aws::Result<Option<T>> {
    match answer {
        Ok(it) => Ok(Some(it)),
        Err(aws::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn of_aws(read: aws::organizations::ServiceControlPolicy) -> ServiceControlPolicy {
    let aws::organizations::PolicySummary { id, name, description, aws_managed, .. } = read.summary;
    ServiceControlPolicy { id, name, content: read.content, description, aws_managed }
}

/// It is made; a new policy has an id by now.
fn done(it: &AppliedChange, around: &AroundChange) -> Outcome {
    let mut outcome = Outcome::new(Observation::Done);
    if let PolicyChange::Create { .. } = &it.change {
        outcome.changes.made = around.holder.as_ref().map(|policy| policy.id.clone());
    }
    outcome
}
