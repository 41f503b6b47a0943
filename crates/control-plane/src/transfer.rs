//! Giving an environment to another person of its project.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState, Transfer};
use domain::id::{EnvironmentId, ProjectId};
use domain::observed::Drift;
use domain::operation::OperationKind;
use domain::person::{Grant, PersonKey, StudioUserId};
use domain::problem::FieldError;
use domain::view::{TransferInput, TransferView};

use crate::authorize::{Ruling, environment_facts};
use crate::{Caller, ControlPlane, Error, Result};

/// Characters of a reason.
const LONGEST_REASON: usize = 500;
/// People whose addresses are proposed; whoever is not among them is named by their address all the same.
const PROPOSED: u32 = 100;

impl ControlPlane {
    /// Starts the transfer. A second click asks for nothing more; after one that failed, it can be given to the same person, to
    /// another, or back to its owner.
    pub async fn transfer_environment(&self, caller: &Caller, id: &EnvironmentId, input: TransferInput) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::TransferEnvironment, id).await?.into_thing();
        if self.is_underway(caller, &seen, OperationKind::Transfer).await? {
            return Ok(());
        }
        let mut mistakes = Vec::new();
        let to = match self.next_owner(caller, &seen, &input.transfer_to).await {
            Ok(to) => Some(to),
            Err(Error::Invalid(found)) => {
                mistakes.extend(found);
                None
            }
            Err(error) => return Err(error),
        };
        let reason = input.transfer_reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            let says = format!("Say why, in 1 to {LONGEST_REASON} characters: both owners and auditors read it.");
            mistakes.push(FieldError::new("transfer_reason", says));
        }
        let Some(to) = to.filter(|_| mistakes.is_empty()) else { return Err(Error::Invalid(mistakes)) };
        if input.version.trim().parse() != Ok(seen.version) {
            return Err(Error::stale("environment"));
        }
        let transfer = match seen.transfer.clone() {
            // One that failed: where it stood is where it stood before that.
            Some(mut last) => {
                last.tried.insert(last.to.studio_user_id());
                Transfer { to, reason, ..last }
            }
            None => Transfer { to, reason, tried: [].into(), state: seen.state, problem: seen.problem.clone() },
        };
        let wanted = Environment { transfer: Some(transfer), ..seen };
        self.start(caller, &wanted, OperationKind::Transfer, Action::TransferEnvironment).await
    }

    /// Puts back the owner's tag that was changed past the portal: a transfer to the owner. What runs ends first, for whoever the
    /// tag named may have started it. A second click asks for nothing more.
    pub async fn repair_owner(&self, caller: &Caller, id: &EnvironmentId, version: &str) -> Result<()> {
        let seen: Environment = self.authorize(caller, Action::TransferEnvironment, id).await?.into_thing();
        if self.is_underway(caller, &seen, OperationKind::Transfer).await? {
            return Ok(());
        }
        if version.trim().parse() != Ok(seen.version) {
            return Err(Error::stale("environment"));
        }
        let observed = self.store().observation(id).await?.observed;
        let found = observed.iter().flat_map(|observed| &observed.drift).find_map(|drift| match drift {
            Drift::Owner { is } => Some(is.clone()),
            _ => None,
        });
        let Some(is) = found.filter(|_| seen.transfer.is_none()) else {
            return Err(Error::conflict(
                "There is no tag to put back.",
                "The last look at AWS found it tagged with its owner, or it is being given to somebody.",
                "Look again: the page shows how it is now.",
            ));
        };
        let tried = is.iter().filter_map(|is| StudioUserId::from_tag(is)).collect();
        let reason = match &is {
            Some(is) => format!("The owner's tag was changed outside the portal, to {is}."),
            None => "The owner's tag was taken away outside the portal.".to_owned(),
        };
        let transfer =
            Transfer { to: seen.owner.clone(), reason, tried, state: seen.state, problem: seen.problem.clone() };
        let wanted = Environment { transfer: Some(transfer), ..seen };
        self.start(caller, &wanted, OperationKind::Transfer, Action::TransferEnvironment).await
    }

    /// Whom an e-mail address names, if they may have it.
    async fn next_owner(&self, caller: &Caller, it: &Environment, email: &str) -> Result<PersonKey> {
        let wrong = |says: String| Err(Error::field("transfer_to", says));
        let email = email.trim();
        if email.is_empty() {
            return wrong("The e-mail address of the new owner.".to_owned());
        }
        let found = self.store().people_by_email(email).await?;
        let [one] = found.as_slice() else {
            return wrong("Nobody signed in here with this address, or more than one did.".to_owned());
        };
        let to = &one.person;
        if *to == it.owner {
            // What a transfer that failed changed already is taken back so.
            return if it.transfer.is_some() { Ok(to.clone()) } else { wrong("It is theirs already.".to_owned()) };
        }
        if *to == caller.actor.person {
            return wrong("Nobody gives themselves what is another's: another lead or an admin does.".to_owned());
        }
        match self.cannot_have(it, to).await? {
            Some(why) => wrong(why),
            None => Ok(to.clone()),
        }
    }

    /// Why somebody may not have it: they could not open it. The policies are asked as if it were theirs.
    pub(crate) async fn cannot_have(&self, it: &Environment, to: &PersonKey) -> Result<Option<String>> {
        let Some(actor) = self.actor(to).await? else { return Ok(Some("They never signed in here.".to_owned())) };
        let mut theirs = Environment { owner: to.clone(), transfer: None, ..it.clone() };
        // A lease that has ended is extended by whoever has it.
        theirs.lease_ends_at = theirs.lease_ends_at.max(self.now() + chrono::TimeDelta::days(1));
        let facts = environment_facts(self, &theirs);
        Ok(match self.rule(&actor, Action::LaunchEnvironment, &facts, None)? {
            Ruling::Allowed => None,
            Ruling::Refused { says, .. } => Some(format!("They could not open it. {says}")),
        })
    }

    pub(crate) async fn transfer_view(&self, it: &Environment) -> Result<Option<TransferView>> {
        let Some(transfer) = &it.transfer else { return Ok(None) };
        let to = self.names([], [&transfer.to]).await?.person(&transfer.to);
        let at_work = it.state == EnvironmentState::Updating;
        Ok(Some(TransferView { to, reason: transfer.reason.clone(), at_work }))
    }

    /// The addresses of people of its project who could have it.
    pub(crate) async fn next_owners(&self, caller: &Caller, it: &Environment) -> Result<Vec<String>> {
        let other =
            |person: &PersonKey| *person != caller.actor.person && (*person != it.owner || it.transfer.is_some());
        self.addresses_in(&it.project, other).await
    }

    /// The addresses of people of a project, without those that are not wanted.
    pub(crate) async fn addresses_in(
        &self,
        project: &ProjectId,
        wanted: impl Fn(&PersonKey) -> bool + Send,
    ) -> Result<Vec<String>> {
        let mappings = self.store().group_mappings().await?;
        let groups: Vec<String> = mappings
            .iter()
            .filter(|mapping| matches!(&mapping.grant, Grant::Project { project: its, .. } if its == project))
            .map(|mapping| mapping.group.clone())
            .collect();
        let found = self.store().people_of_groups(&groups, "", PROPOSED).await?;
        Ok(found.into_iter().filter(|record| wanted(&record.person)).filter_map(|record| record.email).collect())
    }
}
