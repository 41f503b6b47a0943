//! What is told of a rollout: once that it asks for decisions, and once how it ended, whatever the number of its updates.

use domain::audit::AuditEvent;
use domain::notification::{Notice, Topic};
use domain::request::{Request, RequestState};
use domain::rollout::{Progress, Rollout, RolloutState};
use store::{PageRequest, RequestFilter, Scope};

use super::notices::{To, Told};
use crate::rollout::address;
use crate::{ControlPlane, Result};

impl ControlPlane {
    pub(crate) async fn told_of_rollout(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let Ok(id) = event.resource_id.parse() else { return Ok(None) };
        let Some(it) = self.store().rollout(&id).await? else { return Ok(None) };
        match event.action.as_str() {
            "begin_rollout" => self.asks_for_decisions(&it).await,
            "manage_rollout" if event.detail.get("then").map(String::as_str) == Some("end") => {
                self.ended_by_another(&it).await
            }
            // The last event of its operation says where it stands then.
            "rollout" if event.detail.get("state").map(String::as_str) == Some(it.state.as_str()) => Ok(ended(&it)),
            _ => Ok(None),
        }
    }

    async fn ended_by_another(&self, it: &Rollout) -> Result<Option<Told>> {
        let Some(by) = it.ended_by.as_ref().filter(|by| **by != it.by) else { return Ok(None) };
        let who = self.names([], [by]).await?.person(by);
        let title = format!("{who} ended the rollout");
        Ok(Some(told_whoever_began(it, &title, "No further update is begun; what nobody decided yet is closed.")))
    }

    async fn asks_for_decisions(&self, it: &Rollout) -> Result<Option<Told>> {
        let ids: Vec<_> = it.items.iter().filter_map(|item| item.request.clone()).collect();
        let page = PageRequest::newest(u32::try_from(ids.len()).unwrap_or(u32::MAX).max(1));
        let filter = RequestFilter { ids: Some(ids), state: Some(RequestState::Submitted), ..RequestFilter::default() };
        let mut undecided: Vec<Request> = self.store().requests(&Scope::All, &filter, &page).await?.items;
        if undecided.is_empty() {
            return Ok(None);
        }
        let who = self.names([], [&it.by]).await?.person(&it.by);
        let title = format!("{who} asks for updates of {} environments", undecided.len());
        let text = format!(
            "{}\nEach waits for a decision; several can be decided together. What is approved is updated one after the other.",
            it.reason
        );
        // Who decides depends on these alone.
        undecided.sort_by(|a, b| place(a).cmp(&place(b)));
        undecided.dedup_by(|a, b| place(a) == place(b));
        let to = undecided.into_iter().map(|request| To::Deciders(Box::new(request))).collect();
        let notice = Notice::new(Topic::RequestWaiting, &title, &text, "/approvals".to_owned());
        Ok(Some(Told { notice, elsewhere: None, to, project: it.project.clone() }))
    }
}

fn place(request: &Request) -> (&str, &str, &str, String) {
    let rule = request.approval.to_string();
    (request.project.as_str(), request.product.as_str(), request.stage.as_str(), rule)
}

fn ended(it: &Rollout) -> Option<Told> {
    let number = |wanted: fn(&Progress) -> bool| it.items.iter().filter(|item| wanted(&item.progress)).count();
    let made = number(|progress| *progress == Progress::Done);
    let (title, text) = match it.state {
        RolloutState::Stopped => {
            let problem = it.problem.as_ref()?;
            ("The rollout stopped".to_owned(), format!("{} {}", problem.what, problem.why))
        }
        RolloutState::Finished => {
            let over = number(|progress| matches!(progress, Progress::PassedOver { .. } | Progress::Failed { .. }));
            let text = if over == 0 { String::new() } else { format!("{over} were not updated: its page says why.") };
            (format!("The rollout is finished: {made} of {} environments are updated", it.items.len()), text)
        }
        // That was told when somebody did it.
        RolloutState::Ended | RolloutState::Running => return None,
    };
    Some(told_whoever_began(it, &title, &text))
}

fn told_whoever_began(it: &Rollout, title: &str, text: &str) -> Told {
    let notice = Notice::new(Topic::RolloutEnded, title, text, address(&it.id));
    Told { notice, elsewhere: None, to: vec![To::Person(it.by.clone())], project: it.project.clone() }
}
