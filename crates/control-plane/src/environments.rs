//! The list of environments.

use domain::action::Action;
use domain::id::ProjectId;
use domain::view::{EnvironmentsPage, EnvironmentsQuery, Listing};
use store::{EnvironmentFilter, Order, PageRequest, Scope};

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// The environments that the caller may see, newest first; terminated ones only where the state asks for
    /// them or for all.
    pub async fn environments(&self, caller: &Caller, query: EnvironmentsQuery) -> Result<EnvironmentsPage> {
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        let text = query.q.trim();
        let state = query.state.parse().ok();
        let filter = EnvironmentFilter {
            state,
            live: state.is_none() && query.state != "all",
            project: query.project.parse().ok(),
            owner: (query.whose == "mine").then(|| caller.actor.person.clone()),
            stage: query.stage.parse().ok(),
            text: (!text.is_empty()).then(|| text.to_owned()),
        };
        let page = self.store().environments(&scope, &filter, &page_after(&query.after, Order::NewestFirst)?).await?;
        // An empty list says whether there is anything without the filters, terminated ones included.
        let filtered = if page.items.is_empty() && filter != EnvironmentFilter::default() {
            let any = self.store().environments(&scope, &EnvironmentFilter::default(), &PageRequest::newest(1)).await?;
            !any.items.is_empty()
        } else {
            filter != EnvironmentFilter { live: true, ..EnvironmentFilter::default() }
        };
        let rows = Listing {
            items: self.environment_rows(caller, &page.items).await?,
            next: page.next.map(|c| c.to_string()),
            filtered,
        };
        let projects = self.projects_for_filter(caller).await?;
        Ok(EnvironmentsPage { rows, query, projects })
    }

    /// The projects that a list's filter offers.
    pub(crate) async fn projects_for_filter(&self, caller: &Caller) -> Result<Vec<ProjectId>> {
        if caller.actor.is_admin() || caller.actor.is_auditor() {
            let all = self.store().projects(&Scope::All).await?;
            return Ok(all.into_iter().map(|p| p.id).collect());
        }
        Ok(caller.actor.projects().into_iter().cloned().collect())
    }
}
