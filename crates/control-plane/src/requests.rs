//! The list of requests.

use domain::view::{Listing, RequestsPage, RequestsQuery};
use store::{Order, RequestFilter};

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// The requests that the caller may see, newest first.
    pub async fn requests(&self, caller: &Caller, query: RequestsQuery) -> Result<RequestsPage> {
        let scope = self.seeing_scope(&caller.actor).await?;
        let text = query.q.trim();
        // A filter that names nothing known is no filter: an old link still shows a list.
        let filter = RequestFilter {
            state: query.state.parse().ok(),
            project: query.project.parse().ok(),
            text: (!text.is_empty()).then(|| text.to_owned()),
            ..RequestFilter::default()
        };
        let filtered = filter != RequestFilter::default();
        let page = self.store().requests(&scope, &filter, &page_after(&query.after, Order::NewestFirst)?).await?;
        let rows =
            Listing { items: self.request_rows(&page.items).await?, next: page.next.map(|c| c.to_string()), filtered };
        let projects = self.projects_for_filter(caller).await?;
        Ok(RequestsPage { rows, query, projects })
    }
}
