//! The list of environments.

use std::collections::BTreeMap;

use domain::action::Action;
use domain::environment::Environment;
use domain::id::{AccountId, ProductId, ProjectId, ProvisioningArtifactId};
use domain::view::{EnvironmentsPage, EnvironmentsQuery, Listing, Together};
use store::{EnvironmentFilter, Order, Page, PageRequest, Scope};

use crate::rows::page_after;
use crate::together::action_of;
use crate::{Caller, ControlPlane, Result};

impl ControlPlane {
    /// The environments that the caller may see, newest first; terminated ones only where the state asks for
    /// them or for all. With a filter that cannot be used there are no rows, and the mistake stands at its field.
    pub async fn environments(&self, caller: &Caller, query: EnvironmentsQuery) -> Result<EnvironmentsPage> {
        let scope = Self::scope(&caller.actor, Action::ViewEnvironment);
        let (filter, errors) = self.environment_filter(caller, &query).await?;
        let page = page_after(&query.after, Order::NewestFirst)?;
        let page =
            if errors.is_empty() { self.store().environments(&scope, &filter, &page).await? } else { Page::default() };
        // An empty list says whether there is anything without the filters, terminated ones included.
        let filtered = if page.items.is_empty() && errors.is_empty() && filter != EnvironmentFilter::default() {
            let any = self.store().environments(&scope, &EnvironmentFilter::default(), &PageRequest::newest(1)).await?;
            !any.items.is_empty()
        } else {
            filter != EnvironmentFilter { live: true, ..EnvironmentFilter::default() } || !errors.is_empty()
        };
        let projects = self.projects_for_filter(caller).await?;
        // None of these needs another: a database that is asked over a wire answers them in the time of the slowest.
        let (items, acts, products, versions, accounts) = futures::try_join!(
            self.environment_rows(caller, &page.items),
            self.acts_on_any(caller, &page.items),
            self.products_for_filter(&projects),
            self.versions_for_filter(&query.product),
            self.accounts_for_filter(&projects),
        )?;
        Ok(EnvironmentsPage {
            rows: Listing { items, next: page.next.map(|c| c.to_string()), filtered },
            products,
            versions,
            accounts,
            acts,
            query,
            projects,
            errors,
        })
    }

    /// What the caller may do with one of them at least.
    async fn acts_on_any(&self, caller: &Caller, environments: &[Environment]) -> Result<Vec<Together>> {
        let mut acts = Vec::new();
        for act in Together::ALL {
            for it in environments {
                if self.may(caller, action_of(act), it).await? {
                    acts.push(act);
                    break;
                }
            }
        }
        Ok(acts)
    }

    /// The products that the projects may use, by name.
    async fn products_for_filter(&self, projects: &[ProjectId]) -> Result<Vec<(ProductId, String)>> {
        let access = self.store().product_access_of_projects(projects).await?;
        let names = self.store().product_names(access.iter().map(|access| &access.product)).await?;
        let mut products: Vec<_> = names.into_iter().collect();
        products.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(products)
    }

    /// The versions of the product that was chosen.
    async fn versions_for_filter(&self, product: &str) -> Result<Vec<(ProvisioningArtifactId, String)>> {
        let Ok(id) = product.parse() else { return Ok(Vec::new()) };
        let product = self.store().product(&id).await?;
        Ok(product.into_iter().flat_map(|it| it.artifacts).map(|version| (version.id, version.name)).collect())
    }

    async fn accounts_for_filter(&self, projects: &[ProjectId]) -> Result<Vec<(AccountId, String)>> {
        let accounts = self.store().accounts_of_projects(projects).await?;
        let named: BTreeMap<AccountId, String> = accounts.into_iter().map(|it| (it.account, it.name)).collect();
        Ok(named.into_iter().collect())
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
