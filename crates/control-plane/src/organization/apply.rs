//! A change that was looked at is applied: by an operation, one at a time in the organization.

use domain::action::Action;
use domain::id::PolicyChangeId;
use domain::operation::{Operation, OperationKind, Subject};
use domain::organization::{AppliedChange, AroundChange, Basis, ChangeState, PolicyChange};
use domain::person::PersonKey;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Puts an operation to work on the caller's change, which takes over the id of its draft: a second click finds it there.
    pub async fn apply_policy_change(&self, caller: &Caller, id: &PolicyChangeId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageOrganization).await?;
        if let Some(it) = self.store().policy_change(id).await? {
            return match it.state {
                ChangeState::Applying | ChangeState::Applied => Ok(()),
                // From a page that was open before: nothing is put to work by this.
                ChangeState::Failed => Err(failed_before()),
            };
        }
        let (change, basis) = self.kept_change(caller, id.as_str()).await?;
        let around = self.around(&change).await?;
        if !basis.what_changed(&Basis::of(&change, &around)).is_empty() {
            return Err(Error::stale("organization"));
        }
        let mistakes = change.mistakes(&around, self.settings().scp_limits);
        if !mistakes.is_empty() {
            let why: Vec<String> = mistakes.into_iter().map(|mistake| mistake.message).collect();
            return Err(Error::conflict(
                "It cannot be made as things stand.",
                why.join(" "),
                "Enter the change again.",
            ));
        }
        let operation = self.change_operation(id, &caller.actor.person)?;
        let it = self.decided_upon(id, &operation, (change, basis), around);
        let mut tx = self.store().begin().await?;
        let inserted = match tx.insert_operation(&operation).await {
            Ok(()) => tx.insert_policy_change(&it).await,
            duplicate => duplicate,
        };
        if let Err(store::Error::Duplicate { .. }) = &inserted {
            tx.rollback().await?;
            // The first click of two was quicker, or somebody else.
            return match self.store().policy_change(id).await? {
                Some(_) => Ok(()),
                None => Err(one_at_a_time()),
            };
        }
        inserted?;
        self.record(&mut tx, caller, event_of(&it)).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// Tries a change again that failed. It looks first whether everything is as it was decided upon.
    pub async fn retry_policy_change(&self, caller: &Caller, id: &PolicyChangeId) -> Result<()> {
        self.authorize_portal(caller, Action::ManageOrganization).await?;
        let mut tx = self.store().begin().await?;
        let it = tx.policy_change(id).await?.ok_or_else(|| Error::not_found("change with this id"))?;
        // A second click, or somebody was quicker.
        if it.state != ChangeState::Failed {
            return Ok(());
        }
        let operation = self.change_operation(id, &caller.actor.person)?;
        let it = AppliedChange {
            state: ChangeState::Applying,
            problem: None,
            operation: operation.id.clone(),
            updated_at: self.now(),
            version: it.version + 1,
            ..it
        };
        let written = match tx.insert_operation(&operation).await {
            Ok(()) => tx.update_policy_change(&it).await,
            duplicate => duplicate,
        };
        if let Err(store::Error::Duplicate { .. }) = &written {
            return Err(one_at_a_time());
        }
        written?;
        self.record(&mut tx, caller, event_of(&it).with("again", "yes")).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    fn change_operation(&self, id: &PolicyChangeId, by: &PersonKey) -> Result<Operation> {
        self.operation(OperationKind::ChangePolicy, Subject::PolicyChange { id: id.clone() }, by)
    }

    fn decided_upon(
        &self,
        id: &PolicyChangeId,
        operation: &Operation,
        (change, basis): (PolicyChange, Basis),
        around: AroundChange,
    ) -> AppliedChange {
        let now = self.now();
        // What a new policy is called, and what any other was called when it was decided.
        let written = change.document().map(|(_, name)| name.to_owned());
        let policy_name = around.policy.as_ref().map(|policy| policy.name.clone()).or(written).unwrap_or_default();
        AppliedChange {
            id: id.clone(),
            basis,
            before: around.policy,
            policy_name,
            node_name: around.node.map(|node| node.node.name),
            made: None,
            by: operation.on_behalf_of.clone(),
            state: ChangeState::Applying,
            problem: None,
            operation: operation.id.clone(),
            created_at: now,
            updated_at: now,
            version: 1,
            change,
        }
    }
}

fn failed_before() -> Error {
    Error::conflict("This change was applied before and failed.", "Its page says why.", "Try it again there.")
}

fn one_at_a_time() -> Error {
    Error::conflict(
        "Another change is being applied.",
        "Each change is decided upon by what stands before it, so there is one at a time.",
        "Wait until it is done, and look again at what this one would do.",
    )
}

fn event_of(it: &AppliedChange) -> Event<'_> {
    let event = Event::done(Action::ManageOrganization.as_str(), "policy_change", it.id.as_str())
        .version(it.version)
        .with("change", it.change.as_str())
        .with("policy_name", &it.policy_name)
        .with("operation", it.operation.as_str());
    let event = match it.change.policy() {
        Some(policy) => event.with("policy", policy),
        None => event,
    };
    match (it.change.node(), it.change.document()) {
        (Some(node), _) => event.with("node", node),
        // The document itself stays with the change, which is kept for good.
        (None, Some((_, content))) => event.with("document_sha256", domain::organization::fingerprint(content)),
        (None, None) => event,
    }
}
