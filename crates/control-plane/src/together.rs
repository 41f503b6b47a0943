//! What would be done with several environments that were chosen from a list: nothing is done here.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::EnvironmentId;
use domain::observed::Running;
use domain::view::{EnvironmentRow, Together, TogetherPage, TogetherRow};
use store::{EnvironmentFilter, PageRequest};

use crate::authorize::{Resource as _, Ruling};
use crate::consequences::Termination;
use crate::{Caller, ControlPlane, Result};

/// The most that is acted on at once.
pub(crate) const MOST_TOGETHER: usize = 50;

/// Whether it can be done with an environment, and what will happen, or why not.
pub(crate) struct Outlook {
    pub(crate) can: bool,
    pub(crate) says: Vec<String>,
    /// Whether its home directories are kept has to be chosen.
    pub(crate) has_home: bool,
}

impl Outlook {
    fn can(says: Vec<String>) -> Self {
        Self { can: true, says, has_home: false }
    }

    fn cannot(says: &[&str]) -> Self {
        Self { can: false, says: says.iter().map(|it| (*it).to_owned()).collect(), has_home: false }
    }
}

/// What the policies are asked.
pub(crate) fn action_of(act: Together) -> Action {
    match act {
        Together::Stop => Action::StopEnvironment,
        Together::Extend => Action::ExtendLease,
        Together::Hold => Action::HoldEnvironment,
        Together::Terminate => Action::TerminateEnvironment,
    }
}

impl ControlPlane {
    /// The environments that were chosen, with what would become of each. Who may not see one is refused as on its own page.
    pub async fn together(
        &self,
        caller: &Caller,
        act: &str,
        ids: &[EnvironmentId],
        draft: &str,
    ) -> Result<TogetherPage> {
        let mut chosen: Vec<EnvironmentId> = Vec::new();
        for id in ids {
            if !chosen.contains(id) {
                chosen.push(id.clone());
            }
        }
        let left_out = chosen.len().saturating_sub(MOST_TOGETHER);
        chosen.truncate(MOST_TOGETHER);
        let environments = self.chosen_environments(caller, &chosen).await?;
        if let Some(hidden) = chosen.iter().find(|id| environments.iter().all(|it| &it.id != *id)) {
            self.authorize::<Environment>(caller, Action::ViewEnvironment, hidden).await?;
        }
        let act: Option<Together> = act.parse().ok();
        let rows = self.environment_rows(caller, &environments).await?;
        let (mut can, mut cannot, mut has_homes) = (Vec::new(), Vec::new(), false);
        for (it, environment) in environments.iter().zip(rows) {
            let outlook = match act {
                Some(act) => self.outlook(caller, act, it).await?,
                None => Outlook::cannot(&[]),
            };
            has_homes |= outlook.has_home;
            let row = row(it, environment, outlook.says);
            if outlook.can { can.push(row) } else { cannot.push(row) }
        }
        let form = self.form_state(caller, Some(draft)).await?;
        Ok(TogetherPage {
            act,
            can,
            cannot,
            has_homes,
            left_out,
            most: MOST_TOGETHER,
            form_token: form.value("form_token").map_or_else(|| self.ids().uuid().to_string(), str::to_owned),
            form,
        })
    }

    /// Those of them that the caller may see, newest first.
    pub(crate) async fn chosen_environments(&self, caller: &Caller, ids: &[EnvironmentId]) -> Result<Vec<Environment>> {
        let filter = EnvironmentFilter { ids: Some(ids.to_vec()), ..EnvironmentFilter::default() };
        let page = PageRequest::newest(u32::try_from(MOST_TOGETHER).unwrap_or(u32::MAX));
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        Ok(self.store().environments(&scope, &filter, &page).await?.items)
    }

    /// What would become of one of them.
    pub(crate) async fn outlook(&self, caller: &Caller, act: Together, it: &Environment) -> Result<Outlook> {
        let action = action_of(act);
        let facts = it.facts(self).await?;
        if let Ruling::Refused { says, ask, .. } = self.rule(&caller.actor, action, &facts, None)? {
            return Ok(Outlook { can: false, says: vec![says, ask], has_home: false });
        }
        if matches!(it.state, EnvironmentState::Terminating | EnvironmentState::Terminated) {
            return Ok(Outlook::cannot(&["It is being terminated, or is terminated."]));
        }
        if !it.state_allows(action) {
            return Ok(Outlook::cannot(&["It is being updated: wait until that is done."]));
        }
        match act {
            Together::Stop => self.stop_outlook(it).await,
            Together::Extend => Ok(match self.next_end(it).await? {
                Some(end) => {
                    Outlook::can(vec![format!("Its lease ends on {} instead of {}.", day(end), day(it.lease_ends_at))])
                }
                None => {
                    Outlook::cannot(&["Its lease cannot be extended any further.", "Ask for more time on its page."])
                }
            }),
            Together::Hold => Ok(Outlook::can(vec![match &it.hold {
                Some(hold) => format!("It is held until {} already: this takes its place.", day(hold.until)),
                None => "It is not terminated at the end of its lease before the day that you choose.".to_owned(),
            }])),
            Together::Terminate => self.terminate_outlook(it).await,
        }
    }

    async fn stop_outlook(&self, it: &Environment) -> Result<Outlook> {
        let at_work = self.store().last_operation_on_running(&it.id).await?;
        if at_work.is_some_and(|operation| operation.finished_at.is_none()) {
            return Ok(Outlook::cannot(&["Something is being stopped or started here already."]));
        }
        let Some(observed) = self.store().observation(&it.id).await?.observed else {
            return Ok(Outlook::can(vec!["Nobody has looked yet at what runs: whatever does is stopped.".to_owned()]));
        };
        let running: Vec<String> = observed.billed().map(in_words).collect();
        if running.is_empty() {
            return Ok(Outlook::cannot(&["Nothing ran here at the last look."]));
        }
        Ok(Outlook::can(vec![format!("Stops {}.", running.join(", "))]))
    }

    async fn terminate_outlook(&self, it: &Environment) -> Result<Outlook> {
        let told = self.store().stack_events(&it.id, 500).await?;
        let product = self.store().product(&it.product).await?;
        let artifact = product.as_ref().and_then(|product| product.artifact(&it.artifact));
        let ends = Termination::of(it, &told, artifact);
        let deletes: Vec<String> =
            ends.deletes.iter().map(|(kind, number)| format!("{number} \u{d7} {kind}")).collect();
        let mut says = if deletes.is_empty() { Vec::new() } else { vec![format!("Deletes {}.", deletes.join(", "))] };
        says.extend(ends.consequences);
        Ok(Outlook { can: true, says, has_home: ends.has_home })
    }
}

fn row(it: &Environment, environment: EnvironmentRow, says: Vec<String>) -> TogetherRow {
    let chosen = format!("{}:{}:{}", it.id, it.version, it.lease_ends_at.timestamp_millis());
    TogetherRow { environment, chosen, says }
}

/// "default on ml.t3.medium".
fn in_words(running: &Running) -> String {
    match running.instance_type.as_str() {
        "" => running.item.name().to_owned(),
        on => format!("{} on {on}", running.item.name()),
    }
}

fn day(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%-d %b %Y").to_string()
}
