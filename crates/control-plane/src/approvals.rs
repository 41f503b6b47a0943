//! What waits for a person's decision.

use domain::action::Action;
use domain::request::{Request, RequestState};
use domain::view::{ApprovalsPage, Listing};
use store::{Order, Page, PageRequest, RequestFilter};

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// What waits for the caller, oldest first, and what was decided lately where they may decide.
    pub async fn approvals(&self, caller: &Caller, after: &str) -> Result<ApprovalsPage> {
        let scope = Self::scope(&caller.actor, Action::DecideRequest);
        let waiting = self.waiting_for(caller, &page_after(after, Order::OldestFirst)?).await?;
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
            waiting: Listing {
                items: self.request_rows(&waiting.items).await?,
                next: waiting.next.map(|cursor| cursor.to_string()),
                filtered: false,
            },
            decided: self.request_rows(&decided).await?,
        })
    }

    /// A page of the undecided requests that the policies let the caller decide.
    pub(crate) async fn waiting_for(&self, caller: &Caller, page: &PageRequest) -> Result<Page<Request>> {
        let scope = self.deciding_scope(&caller.actor).await?;
        let filter = RequestFilter {
            state: Some(RequestState::Submitted),
            not_requester: Some(caller.actor.person.clone()),
            ..RequestFilter::default()
        };
        Ok(self.store().requests(&scope, &filter, page).await?)
    }

    /// How many those are, of all pages.
    pub(crate) async fn count_waiting_for(&self, caller: &Caller) -> Result<u32> {
        let scope = self.deciding_scope(&caller.actor).await?;
        let count = self.store().count_requests_waiting(&scope, Some(&caller.actor.person)).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
