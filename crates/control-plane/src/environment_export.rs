//! The list of environments as a file.

use std::collections::BTreeSet;

use domain::action::Action;
use domain::environment::Environment;
use domain::id::ProductId;
use domain::view::{EnvironmentExport, EnvironmentsQuery};
use futures::{Stream, StreamExt as _, TryStreamExt, stream};
use store::PageRequest;

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// Environments that are read at once.
const AT_ONCE: u32 = 200;

impl ControlPlane {
    /// Environments of one file at most; whoever needs more narrows the filters.
    pub const MOST_EXPORTED: u32 = 10_000;

    /// The environments that the caller may see and that the filters of the list let through, newest first, and whether there
    /// are more of them than a file holds. They are read page by page while they are sent. The export itself is an event.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a filter cannot be used.
    pub async fn environments_export(
        &self,
        caller: &Caller,
        query: &EnvironmentsQuery,
    ) -> Result<(impl Stream<Item = Result<EnvironmentExport>> + Send + use<>, bool)> {
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        let (filter, errors) = self.environment_filter(caller, query).await?;
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let most = Self::MOST_EXPORTED;
        let found = self.store().count_environments_up_to(&scope, &filter, most + 1).await?;
        let event =
            Event::done("export_environments", "environments", "list").with("rows", found.min(most).to_string());
        let filters = query.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        let event = filters.fold(event, |event, (name, value)| event.with(name, value));
        self.record_alone(caller, event).await?;
        let start = (self.clone(), scope, filter, Some(PageRequest::newest(AT_ONCE)));
        let rows = stream::try_unfold(start, |(plane, scope, filter, page)| async move {
            let Some(page) = page else { return Ok::<_, Error>(None) };
            let read = plane.store().environments(&scope, &filter, &page).await?;
            let rows = plane.export_rows(read.items).await?;
            let next = read.next.map(|after| PageRequest { after: Some(after), ..page });
            Ok(Some((stream::iter(rows.into_iter().map(Ok)), (plane, scope, filter, next))))
        });
        Ok((rows.try_flatten().take(most as usize), found > most))
    }

    async fn export_rows(&self, environments: Vec<Environment>) -> Result<Vec<EnvironmentExport>> {
        let products: BTreeSet<&ProductId> = environments.iter().map(|e| &e.product).collect();
        let names = self.names(products.iter().copied(), environments.iter().map(|e| &e.owner)).await?;
        let products: Vec<ProductId> = products.into_iter().cloned().collect();
        let known = self.store().products_of(&products).await?;
        let version = |it: &Environment| {
            let artifact = known.iter().find_map(|product| product.artifact(&it.artifact));
            artifact.map_or_else(|| it.artifact.to_string(), |artifact| artifact.name.clone())
        };
        Ok(environments
            .into_iter()
            .map(|it| EnvironmentExport {
                product: names.product(&it.product),
                owner: names.person(&it.owner),
                version: version(&it),
                held_until: it.hold.map(|hold| hold.until),
                id: it.id,
                name: it.name,
                project: it.project,
                stage: it.stage,
                account: it.account,
                region: it.region,
                artifact: it.artifact,
                state: it.state,
                created_at: it.created_at,
                lease_ends_at: it.lease_ends_at,
            })
            .collect())
    }
}
