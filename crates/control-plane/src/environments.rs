//! The list of environments.

use domain::action::Action;
use domain::environment::Environment;
use domain::id::ProjectId;
use domain::lease::WARNINGS;
use domain::view::{EnvironmentExport, EnvironmentsPage, EnvironmentsQuery, Listing};
use futures::{Stream, TryStreamExt, stream};
use store::{Attention, EnvironmentFilter, Order, PageRequest, Scope};

use crate::rows::page_after;
use crate::{Caller, ControlPlane, Error, Result};

/// Environments that are read at once for a file.
const EXPORTED_AT_ONCE: u32 = 200;

impl ControlPlane {
    /// The environments that the caller may see, newest first; terminated ones only where the state asks for
    /// them or for all.
    pub async fn environments(&self, caller: &Caller, query: EnvironmentsQuery) -> Result<EnvironmentsPage> {
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        let filter = self.environment_filter(caller, &query);
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

    fn environment_filter(&self, caller: &Caller, query: &EnvironmentsQuery) -> EnvironmentFilter {
        let text = query.q.trim();
        let state = query.state.parse().ok();
        let now = self.now();
        EnvironmentFilter {
            state,
            // Files are left of what is terminated alone.
            live: state.is_none() && query.state != "all" && query.attention != "keeps_files",
            project: query.project.parse().ok(),
            owner: (query.whose == "mine").then(|| caller.actor.person.clone()),
            stage: query.stage.parse().ok(),
            text: (!text.is_empty()).then(|| text.to_owned()),
            attention: match query.attention.as_str() {
                "ending" => Some(Attention::EndsBy(now + WARNINGS[0])),
                "held" => Some(Attention::Held(now)),
                "drifted" => Some(Attention::Drifted),
                "handed_over" => Some(Attention::HandedOver),
                "keeps_files" => Some(Attention::KeepsFiles),
                _ => None,
            },
        }
    }

    /// The environments that the caller may see and that the filters of the list let through, all pages of them, newest
    /// first, for a file.
    pub fn environments_export(
        &self,
        caller: &Caller,
        query: &EnvironmentsQuery,
    ) -> impl Stream<Item = Result<EnvironmentExport>> + Send + use<> {
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        let filter = self.environment_filter(caller, query);
        let start = (self.clone(), scope, filter, Some(PageRequest::newest(EXPORTED_AT_ONCE)));
        stream::try_unfold(start, |(plane, scope, filter, page)| async move {
            let Some(page) = page else { return Ok::<_, Error>(None) };
            let read = plane.store().environments(&scope, &filter, &page).await?;
            let rows = plane.export_rows(read.items).await?;
            let next = read.next.map(|after| PageRequest { after: Some(after), ..page });
            Ok(Some((stream::iter(rows.into_iter().map(Ok)), (plane, scope, filter, next))))
        })
        .try_flatten()
    }

    async fn export_rows(&self, environments: Vec<Environment>) -> Result<Vec<EnvironmentExport>> {
        let products = environments.iter().map(|e| &e.product);
        let names = self.names(products, environments.iter().map(|e| &e.owner)).await?;
        Ok(environments
            .into_iter()
            .map(|it| EnvironmentExport {
                product: names.product(&it.product),
                owner: names.person(&it.owner),
                held_until: it.hold.map(|hold| hold.until),
                id: it.id,
                name: it.name,
                project: it.project,
                stage: it.stage,
                account: it.account,
                region: it.region,
                version: it.artifact,
                state: it.state,
                created_at: it.created_at,
                lease_ends_at: it.lease_ends_at,
            })
            .collect())
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
