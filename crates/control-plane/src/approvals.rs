//! What waits for a person's decision.

use domain::request::{Request, RequestState};
use domain::view::{ApprovalsPage, Listing};
use store::{Order, Page, PageRequest, RequestFilter, Scope};

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Result};

/// Of what was decided lately.
const LATELY: usize = 10;

impl ControlPlane {
    /// What waits for the caller, oldest first, and what was decided lately where they lead or took part.
    pub async fn approvals(&self, caller: &Caller, after: &str) -> Result<ApprovalsPage> {
        let waiting = self.waiting_for(caller, &page_after(after, Order::OldestFirst)?).await?;
        let mut decided = Vec::new();
        let scope = Self::deciders_scope(&caller.actor);
        let recent =
            self.store().requests(&scope, &RequestFilter::default(), &page_after("", Order::NewestFirst)?).await?;
        for request in recent.items {
            let decided_here = matches!(request.state, RequestState::Approved | RequestState::Denied);
            if decided_here && request.requester != caller.actor.person && decided.len() < LATELY {
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
        Ok(self.store().requests(&scope, &undecided(), page).await?)
    }

    /// How many undecided requests a scope holds, of all pages.
    pub(crate) async fn count_waiting_in(&self, scope: &Scope) -> Result<u32> {
        let count = self.store().count_requests(scope, &undecided()).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

fn undecided() -> RequestFilter {
    RequestFilter { state: Some(RequestState::Submitted), ..RequestFilter::default() }
}
