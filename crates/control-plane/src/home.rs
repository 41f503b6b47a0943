//! The first page after the sign-in.

use domain::action::Action;
use domain::request::RequestState;
use domain::view::HomePage;
use store::{EnvironmentFilter, PageRequest, RequestFilter, Scope};

use crate::{Caller, ControlPlane, Result};

/// Rows of each part of the page.
const PART: u32 = 10;
/// Products to start from.
const PRODUCTS: usize = 4;

impl ControlPlane {
    /// The caller's own things, and what waits for them.
    pub async fn home(&self, caller: &Caller) -> Result<HomePage> {
        let me = &caller.actor.person;
        let mine = Scope::Person(me.clone());
        let live = EnvironmentFilter { live: true, owner: Some(me.clone()), ..EnvironmentFilter::default() };
        let environments = self.store().environments(&mine, &live, &PageRequest::newest(PART)).await?;
        let undecided = RequestFilter {
            state: Some(RequestState::Submitted),
            requester: Some(me.clone()),
            ..RequestFilter::default()
        };
        let requests = self.store().requests(&mine, &undecided, &PageRequest::newest(PART)).await?;
        let waiting = self.waiting_for(caller, &PageRequest::oldest(PART)).await?;
        Ok(HomePage {
            environments: self.environment_rows(caller, &environments.items).await?,
            waiting_for_me: self.request_rows(&waiting.items).await?,
            my_requests: self.request_rows(&requests.items).await?,
            products: self.first_products(caller, PRODUCTS).await?,
            may_request: Self::scope(&caller.actor, Action::SubmitRequest) != Scope::Nothing,
        })
    }
}
