//! The first page after the sign-in.

use domain::request::RequestState;
use domain::view::{CatalogQuery, HomePage};
use store::{EnvironmentFilter, PageRequest, RequestFilter, Scope};

use crate::{Caller, ControlPlane, Result};

/// Rows of each part of the page.
const PART: u32 = 10;

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
        let mut waiting = self.waiting_for(caller).await?;
        waiting.truncate(PART as usize);
        let mut products = self.catalog(caller, CatalogQuery::default()).await?.products;
        products.truncate(4);
        Ok(HomePage {
            environments: self.environment_rows(caller, &environments.items).await?,
            waiting_for_me: self.request_rows(&waiting).await?,
            my_requests: self.request_rows(&requests.items).await?,
            products,
        })
    }
}
