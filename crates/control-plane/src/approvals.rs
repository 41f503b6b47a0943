//! What waits for a person's decision.

use std::collections::HashMap;

use domain::action::Action;
use domain::id::ProjectId;
use domain::person::{Actor, PersonKey};
use domain::request::{Request, RequestState};
use domain::view::{ApprovalsPage, Listing};
use store::{Order, PageRequest, RequestFilter, Scope};

use crate::authorize::{Facts, Ruling};
use crate::rows::{PAGE, page_after};
use crate::{Caller, ControlPlane, Result};

/// Undecided requests that are looked through for one person.
const LOOKED_AT: u32 = 500;

impl ControlPlane {
    /// What waits for the caller, and what was decided lately where they may decide.
    pub async fn approvals(&self, caller: &Caller, after: &str) -> Result<ApprovalsPage> {
        let scope = Self::scope(&caller.actor, Action::DecideRequest);
        let waiting = self.waiting_for(caller).await?;
        let waiting_count = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
        // The list is short and was decided row by row: a page of it starts after the request that `after` names.
        let start = waiting.iter().position(|r| r.id.as_str() == after).map_or(0, |at| at + 1);
        let page: Vec<Request> = waiting.iter().skip(start).take(PAGE as usize).cloned().collect();
        let more = waiting.len() > start + page.len();
        let next = if more { page.last().map(|r| r.id.to_string()) } else { None };
        let mut decided = Vec::new();
        let recent =
            self.store().requests(&scope, &RequestFilter::default(), &page_after("", Order::NewestFirst)?).await?;
        for request in recent.items {
            let decided_here = matches!(request.state, RequestState::Approved | RequestState::Denied);
            if decided_here && request.requester != caller.actor.person && decided.len() < 10 {
                decided.push(request);
            }
        }
        Ok(ApprovalsPage {
            waiting: Listing { items: self.request_rows(&page).await?, next, filtered: false },
            waiting_count,
            decided: self.request_rows(&decided).await?,
        })
    }

    /// The undecided requests that the policies let the caller decide, oldest first.
    pub(crate) async fn waiting_for(&self, caller: &Caller) -> Result<Vec<Request>> {
        let scope = Self::scope(&caller.actor, Action::DecideRequest);
        if scope == Scope::Nothing {
            return Ok(Vec::new());
        }
        let filter = RequestFilter {
            state: Some(RequestState::Submitted),
            not_requester: Some(caller.actor.person.clone()),
            ..RequestFilter::default()
        };
        let page = self.store().requests(&scope, &filter, &PageRequest::oldest(LOOKED_AT)).await?;
        let mut leads: HashMap<ProjectId, Vec<Actor>> = HashMap::new();
        let nobody = PersonKey { issuer: String::new(), subject: String::new() };
        let mut waiting = Vec::new();
        for request in page.items {
            if !leads.contains_key(&request.project) {
                leads.insert(request.project.clone(), self.eligible_leads(&request.project, &nobody).await?);
            }
            let eligible = leads.get(&request.project).is_some_and(|l| l.iter().any(|a| a.person != request.requester));
            let facts = Facts::Request {
                id: request.id.to_string(),
                requester: request.requester.clone(),
                project: request.project.clone(),
                has_eligible_lead: eligible,
            };
            if self.rule(&caller.actor, Action::DecideRequest, &facts, None)? == Ruling::Allowed {
                waiting.push(request);
            }
        }
        Ok(waiting)
    }

    /// How many those are. A lead's scope tells it without looking at each.
    pub(crate) async fn count_waiting_for(&self, caller: &Caller) -> Result<u32> {
        let scope = Self::scope(&caller.actor, Action::DecideRequest);
        if scope == Scope::Nothing {
            return Ok(0);
        }
        let count = self.store().count_requests_waiting(&scope, Some(&caller.actor.person)).await?;
        if count == 0 || !caller.actor.is_admin() {
            return Ok(u32::try_from(count).unwrap_or(u32::MAX));
        }
        Ok(u32::try_from(self.waiting_for(caller).await?.len()).unwrap_or(u32::MAX))
    }
}
