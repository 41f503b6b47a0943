//! What would be done with several environments that were chosen from a list: nothing is done here.

use domain::action::Action;
use domain::environment::{Environment, EnvironmentState};
use domain::id::EnvironmentId;
use domain::lease::{Extension, last_day};
use domain::observed::Running;
use domain::request::RequestKind;
use domain::tag_policy::TagDifference;
use domain::template::Fate;
use domain::view::{Together, TogetherPage, TogetherRow, UpdatePreview};
use store::{EnvironmentFilter, PageRequest};

use crate::act_together::refusal_in_words;
use crate::authorize::{Deciders, Resource as _, Ruling};
use crate::consequences::Termination;
use crate::lease::why_not;
use crate::{Caller, ControlPlane, Result};

/// The most that is acted on at once.
pub(crate) const MOST_TOGETHER: usize = 50;

/// Whether it can be done with an environment, and what will happen, or why not.
pub(crate) struct Outlook {
    pub(crate) can: bool,
    pub(crate) says: Vec<String>,
    /// Whether its home directories are kept has to be chosen.
    pub(crate) has_home: bool,
    /// What an update does.
    pub(crate) preview: Option<UpdatePreview>,
}

impl Outlook {
    fn can(says: Vec<String>) -> Self {
        Self { can: true, says, has_home: false, preview: None }
    }

    fn cannot(says: &[&str]) -> Self {
        let says = says.iter().map(|it| (*it).to_owned()).collect();
        Self { can: false, ..Self::can(says) }
    }
}

/// What the policies are asked.
pub(crate) fn action_of(act: Together) -> Action {
    match act {
        Together::Stop => Action::StopEnvironment,
        Together::Extend => Action::ExtendLease,
        Together::Hold => Action::HoldEnvironment,
        Together::Terminate => Action::TerminateEnvironment,
        Together::Update => Action::UpdateEnvironment,
        Together::Tag => Action::TagEnvironment,
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
        let deciders = if act == Some(Together::Update) {
            self.deciders(|project| environments.iter().any(|it| it.project == *project)).await?
        } else {
            Deciders::default()
        };
        let (mut can, mut cannot, mut has_homes) = (Vec::new(), Vec::new(), false);
        for (it, environment) in environments.iter().zip(rows) {
            let outlook = match act {
                Some(act) => self.outlook(caller, act, it, &deciders).await?,
                None => Outlook::cannot(&[]),
            };
            has_homes |= outlook.has_home;
            let chosen = format!("{}:{}:{}", it.id, it.version, it.lease_ends_at.timestamp_millis());
            let row = TogetherRow { environment, chosen, says: outlook.says, preview: outlook.preview };
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
    async fn outlook(&self, caller: &Caller, act: Together, it: &Environment, deciders: &Deciders) -> Result<Outlook> {
        let action = action_of(act);
        let facts = it.facts(self).await?;
        if let Ruling::Refused { says, ask, .. } = self.rule(&caller.actor, action, &facts, None)? {
            return Ok(Outlook::cannot(&[&says, &ask]));
        }
        if matches!(it.state, EnvironmentState::Terminating | EnvironmentState::Terminated) {
            return Ok(Outlook::cannot(&["It is being terminated, or is terminated."]));
        }
        if !it.state_allows(action) {
            return Ok(Outlook::cannot(&["It is being updated: wait until that is done."]));
        }
        match act {
            Together::Stop => self.stop_outlook(it).await,
            Together::Extend => Ok(match self.extension(it).await? {
                Extension::To { end } => {
                    Outlook::can(vec![format!("Its lease ends on {} instead of {}.", day(end), day(it.lease_ends_at))])
                }
                none => Outlook::cannot(&[&why_not(none), "Ask for more time on its page."]),
            }),
            Together::Hold => Ok(Outlook::can(vec![match &it.hold {
                Some(hold) => {
                    format!("It is held until the end of {} already: this takes its place.", day(last_day(hold.until)))
                }
                None => "It is not terminated at the end of its lease before the day that you choose.".to_owned(),
            }])),
            Together::Terminate => self.terminate_outlook(it).await,
            Together::Tag => self.tag_outlook(it).await,
            Together::Update => Box::pin(self.update_outlook(caller, it, deciders)).await,
        }
    }

    async fn update_outlook(&self, caller: &Caller, it: &Environment, deciders: &Deciders) -> Result<Outlook> {
        let undecided = self.store().undecided_request_of(&it.id, RequestKind::Update).await?;
        if undecided.is_some() || self.store().rolled_out_by(&it.id).await?.is_some() {
            return Ok(Outlook::cannot(&["A change of it waits already: one is made at a time."]));
        }
        // The reason is typed below.
        match self.offered_update(caller, it.clone(), "to be said", deciders).await {
            Ok(offered) => {
                let mut says = vec![format!("From version {} to {}.", offered.from, offered.to)];
                says.extend(losses(&offered.preview));
                says.push(offered.approval);
                Ok(Outlook { preview: Some(offered.preview), ..Outlook::can(says) })
            }
            Err(error) => Ok(Outlook::cannot(&[&refusal_in_words(error)?])),
        }
    }

    async fn tag_outlook(&self, it: &Environment) -> Result<Outlook> {
        let observed = self.store().observation(&it.id).await?.observed;
        let Some(tags) = self.tags_view(it, observed.as_ref()).await? else {
            return Ok(Outlook::cannot(&["Every tag was as it would be given now, at the last look."]));
        };
        if let Some(problem) = tags.refused {
            return Ok(Outlook::cannot(&[&problem.what, &problem.why, &problem.next]));
        }
        if !tags.fields.is_empty() {
            let keys: Vec<&str> = tags.fields.iter().map(|field| field.label.as_str()).collect();
            let says = format!("Somebody has to decide first: {}. That is done on its page.", keys.join(", "));
            return Ok(Outlook::cannot(&[&says]));
        }
        let mut says: Vec<String> = tags.differences.iter().map(difference_in_words).collect();
        says.extend(tags.keeps.iter().map(|it| format!("{it} keeps its tags.")));
        says.extend(tags.started.iter().map(|it| format!("{it} keeps its tags until it is started anew.")));
        Ok(Outlook::can(says))
    }

    async fn stop_outlook(&self, it: &Environment) -> Result<Outlook> {
        let at_work = self.store().last_operation_on_running(&it.id).await?;
        if at_work.is_some_and(|operation| operation.finished_at.is_none()) {
            return Ok(Outlook::cannot(&["Something is being stopped or started here already."]));
        }
        if it.launch_target.is_none() {
            return Ok(Outlook::cannot(&["It has neither Studio nor a notebook instance: nothing runs in it."]));
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

    pub(crate) async fn terminate_outlook(&self, it: &Environment) -> Result<Outlook> {
        let told = self.store().stack_events(&it.id, 500).await?;
        let product = self.store().product(&it.product).await?;
        let artifact = product.as_ref().and_then(|product| product.artifact(&it.artifact));
        let ends = Termination::of(it, &told, artifact);
        let deletes: Vec<String> =
            ends.deletes.iter().map(|(kind, number)| format!("{number} \u{d7} {kind}")).collect();
        let mut says = if deletes.is_empty() { Vec::new() } else { vec![format!("Deletes {}.", deletes.join(", "))] };
        says.extend(ends.consequences);
        Ok(Outlook { has_home: ends.has_home, ..Outlook::can(says) })
    }
}

/// What an update takes away, as far as that can be told.
fn losses(preview: &UpdatePreview) -> Vec<String> {
    if preview.unread.is_some() {
        return vec![
            "What becomes of its resources cannot be told: AWS may replace some, with what is in them.".to_owned(),
        ];
    }
    let lost = preview.resources.iter().filter(|it| !it.lost.is_empty());
    let lost: Vec<String> = lost
        .map(|it| {
            let sure = if it.fate == Fate::Unclear { "may be lost" } else { "is lost" };
            format!("{}: {} {sure}.", it.logical_id, it.lost)
        })
        .collect();
    if lost.is_empty() { vec!["No data is lost by it, as far as the templates tell.".to_owned()] } else { lost }
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

/// "team: web becomes ml-a."
fn difference_in_words(it: &TagDifference) -> String {
    let is = it.is.as_deref().unwrap_or("missing");
    format!("{}: {is} becomes {}.", it.key, it.value.as_deref().unwrap_or(&it.wanted))
}
