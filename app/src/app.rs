use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_router::SsrMode;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::routes;

/// What the server renders for every page: the document itself is drawn by the route, which knows the title and status.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_context(options);
    // Nothing outside the islands is hydrated: their marks and data are not needed in the page.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <App />
    }
}

/// The routes. Each is rendered whole before the answer begins, so that the status is right.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| view! { <routes::NotFound /> }>
                <Route path=path!("/") view=routes::Home ssr=SsrMode::Async />
                <Route path=path!("/catalog") view=routes::Catalog ssr=SsrMode::Async />
                <Route path=path!("/catalog/:product") view=routes::Product ssr=SsrMode::Async />
                <Route path=path!("/catalog/:product/request") view=routes::RequestForm ssr=SsrMode::Async />
                <Route path=path!("/environments/:id/update") view=routes::UpdateForm ssr=SsrMode::Async />
                <Route path=path!("/requests") view=routes::Requests ssr=SsrMode::Async />
                <Route path=path!("/requests/:id") view=routes::Request ssr=SsrMode::Async />
                <Route path=path!("/approvals") view=routes::Approvals ssr=SsrMode::Async />
                <Route path=path!("/approvals/delegations") view=routes::Delegations ssr=SsrMode::Async />
                <Route path=path!("/approvals/decide") view=routes::DecideMany ssr=SsrMode::Async />
                <Route path=path!("/environments") view=routes::Environments ssr=SsrMode::Async />
                <Route path=path!("/environments/together") view=routes::Together ssr=SsrMode::Async />
                <Route path=path!("/environments/together/:id") view=routes::TogetherDone ssr=SsrMode::Async />
                <Route path=path!("/team") view=routes::Team ssr=SsrMode::Async />
                <Route path=path!("/admin/fleet") view=routes::AdminFleet ssr=SsrMode::Async />
                <Route path=path!("/admin/unmanaged") view=routes::AdminUnmanaged ssr=SsrMode::Async />
                <Route path=path!("/admin/unmanaged/:id") view=routes::AdminUnmanagedProduct ssr=SsrMode::Async />
                <Route path=path!("/environments/:id") view=routes::Environment ssr=SsrMode::Async />
                <Route path=path!("/revoke") view=routes::Revoke ssr=SsrMode::Async />
                <Route path=path!("/revocations") view=routes::Revocations ssr=SsrMode::Async />
                <Route path=path!("/revocations/:id") view=routes::Revocation ssr=SsrMode::Async />
                <Route path=path!("/rollouts") view=routes::Rollouts ssr=SsrMode::Async />
                <Route path=path!("/rollouts/:id") view=routes::Rollout ssr=SsrMode::Async />
                <Route path=path!("/organization") view=routes::Organization ssr=SsrMode::Async />
                <Route path=path!("/organization/blueprint") view=routes::OrganizationBlueprint ssr=SsrMode::Async />
                <Route path=path!("/organization/policies") view=routes::OrganizationPolicies ssr=SsrMode::Async />
                <Route path=path!("/organization/policies/:id") view=routes::OrganizationPolicy ssr=SsrMode::Async />
                <Route path=path!("/organization/compare") view=routes::OrganizationCompare ssr=SsrMode::Async />
                <Route path=path!("/organization/matrix") view=routes::OrganizationMatrix ssr=SsrMode::Async />
                <Route path=path!("/organization/changes") view=routes::OrganizationChanges ssr=SsrMode::Async />
                <Route path=path!("/organization/changes/:id") view=routes::OrganizationChange ssr=SsrMode::Async />
                <Route path=path!("/organization/:node") view=routes::OrganizationNode ssr=SsrMode::Async />
                <Route path=path!("/audit") view=routes::Audit ssr=SsrMode::Async />
                <Route path=path!("/inbox") view=routes::Inbox ssr=SsrMode::Async />
                <Route path=path!("/profile") view=routes::Profile ssr=SsrMode::Async />
                <Route path=path!("/admin/idle") view=routes::AdminIdle ssr=SsrMode::Async />
                <Route path=path!("/admin/notifications") view=routes::AdminNotifications ssr=SsrMode::Async />
                <Route path=path!("/admin/projects") view=routes::AdminProjects ssr=SsrMode::Async />
                <Route path=path!("/admin/projects/:id") view=routes::AdminProject ssr=SsrMode::Async />
                <Route path=path!("/admin/approvals") view=routes::AdminApprovals ssr=SsrMode::Async />
                <Route path=path!("/admin/mappings") view=routes::AdminMappings ssr=SsrMode::Async />
                <Route path=path!("/admin/people") view=routes::AdminPeople ssr=SsrMode::Async />
                <Route path=path!("/admin/portfolios") view=routes::AdminPortfolios ssr=SsrMode::Async />
                <Route path=path!("/admin/portfolios/:id") view=routes::AdminPortfolio ssr=SsrMode::Async />
                <Route path=path!("/admin/products") view=routes::AdminProducts ssr=SsrMode::Async />
                <Route path=path!("/admin/changes") view=routes::AdminCatalogChanges ssr=SsrMode::Async />
                <Route path=path!("/admin/changes/:id") view=routes::AdminCatalogChange ssr=SsrMode::Async />
                <Route path=path!("/admin/catalog-files") view=routes::AdminCatalogFiles ssr=SsrMode::Async />
                <Route path=path!("/admin/drift") view=routes::AdminDrift ssr=SsrMode::Async />
                <Route path=path!("/admin/tag-policy") view=routes::AdminTagPolicy ssr=SsrMode::Async />
                <Route path=path!("/admin/tags") view=routes::AdminTagOptions ssr=SsrMode::Async />
                <Route path=path!("/admin/tags/:id") view=routes::AdminTagOption ssr=SsrMode::Async />
                <Route path=path!("/admin/templates") view=routes::AdminTemplates ssr=SsrMode::Async />
                <Route path=path!("/admin/templates/:id") view=routes::AdminTemplate ssr=SsrMode::Async />
                <Route path=path!("/admin/products/:id/constraints") view=routes::AdminConstraints ssr=SsrMode::Async />
                <Route path=path!("/admin/products/:id/versions") view=routes::AdminCompare ssr=SsrMode::Async />
                <Route path=path!("/admin/products/:id/visibility") view=routes::AdminVisibility ssr=SsrMode::Async />
                <Route path=path!("/admin/products/:id") view=routes::AdminProduct ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
