//! Which call of the control plane each address is drawn from.

mod curation;

use control_plane::Error;
use domain::id::{EnvironmentId, ProductId, ProjectId, ProvisionedProductId, RequestId, RevocationId, RolloutId};
use leptos::prelude::*;

use crate::load::{draw, draw_with_shell, frame, path_id, path_text, query, query_value, query_values};
use crate::pages;

pub(crate) use curation::*;

#[component]
pub(crate) fn Home() -> impl IntoView {
    draw_with_shell(|portal, caller| async move { portal.home(&caller).await }, pages::home::page)
}

#[component]
pub(crate) fn Catalog() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.catalog(&caller, query).await }, pages::catalog::page)
}

#[component]
pub(crate) fn Product() -> impl IntoView {
    let id = path_id::<ProductId>("product", "product with this id");
    draw(|portal, caller| async move { portal.product(&caller, &id?).await }, pages::product::page)
}

#[component]
pub(crate) fn RequestForm() -> impl IntoView {
    let id = path_id::<ProductId>("product", "product with this id");
    let query = query();
    draw(|portal, caller| async move { portal.request_form(&caller, &id?, query).await }, pages::request_form::page)
}

#[component]
pub(crate) fn Requests() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.requests(&caller, query).await }, pages::requests::page)
}

#[component]
pub(crate) fn Request() -> impl IntoView {
    let id = path_id::<RequestId>("id", "request with this id");
    let draft = query_value("draft");
    draw(|portal, caller| async move { portal.request(&caller, &id?, Some(&draft)).await }, pages::request::page)
}

#[component]
pub(crate) fn Approvals() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw_with_shell(
        |portal, caller| async move { portal.approvals(&caller, &after).await },
        move |page, shell| pages::approvals::page(page, &shown, shell),
    )
}

#[component]
pub(crate) fn Delegations() -> impl IntoView {
    let draft = query_value("draft");
    draw(|portal, caller| async move { portal.delegations(&caller, &draft).await }, pages::delegations::page)
}

#[component]
pub(crate) fn DecideMany() -> impl IntoView {
    let ids: Vec<RequestId> = query_values("id").iter().filter_map(|id| id.parse().ok()).collect();
    let draft = query_value("draft");
    draw(|portal, caller| async move { portal.deciding_many(&caller, &ids, &draft).await }, pages::decide_many::page)
}

#[component]
pub(crate) fn Environments() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.environments(&caller, query).await }, pages::environments::page)
}

#[component]
pub(crate) fn Together() -> impl IntoView {
    let ids: Vec<EnvironmentId> = query_values("id").iter().filter_map(|id| id.parse().ok()).collect();
    let (act, draft) = (query_value("act"), query_value("draft"));
    draw(|portal, caller| async move { portal.together(&caller, &act, &ids, &draft).await }, pages::together::page)
}

#[component]
pub(crate) fn TogetherDone() -> impl IntoView {
    let id = path_text("id");
    draw(|portal, caller| async move { portal.acted_on_environments(&caller, &id).await }, pages::together::done)
}

#[component]
pub(crate) fn Team() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.team(&caller, query).await }, pages::team::page)
}

#[component]
pub(crate) fn AdminFleet() -> impl IntoView {
    draw(|portal, caller| async move { portal.fleet(&caller).await }, pages::admin_fleet::page)
}

#[component]
pub(crate) fn AdminUnmanaged() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.unmanaged(&caller, &after).await },
        move |page| pages::admin_unmanaged::page(page, &shown),
    )
}

#[component]
pub(crate) fn AdminUnmanagedProduct() -> impl IntoView {
    let id = path_id::<ProvisionedProductId>("id", "provisioned product with this id");
    let draft = query_value("draft");
    draw(
        |portal, caller| async move { portal.unmanaged_product(&caller, &id?, &draft).await },
        pages::admin_unmanaged::one,
    )
}

#[component]
pub(crate) fn Environment() -> impl IntoView {
    let id = path_id::<EnvironmentId>("id", "environment with this id");
    let draft = query_value("draft");
    let ended = !query_value("ended").is_empty();
    draw(
        |portal, caller| async move { portal.environment(&caller, &id?, Some(&draft)).await },
        move |page| pages::environment::page(page, ended),
    )
}

#[component]
pub(crate) fn UpdateForm() -> impl IntoView {
    let id = path_id::<EnvironmentId>("id", "environment with this id");
    let query = query();
    draw(|portal, caller| async move { portal.update_form(&caller, &id?, query).await }, pages::update_form::page)
}

#[component]
pub(crate) fn Revoke() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.revoke_form(&caller, query).await }, pages::revoke::page)
}

#[component]
pub(crate) fn Revocations() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.revocations(&caller, &after).await },
        move |page| pages::revocations::page(page, &shown),
    )
}

#[component]
pub(crate) fn Organization() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.organization(&caller, query).await }, pages::organization::tree)
}

#[component]
pub(crate) fn OrganizationNode() -> impl IntoView {
    let id = path_text("node");
    let draft = query_value("draft");
    draw(
        |portal, caller| async move { portal.organization_node(&caller, &id, Some(&draft)).await },
        pages::organization::node,
    )
}

#[component]
pub(crate) fn Revocation() -> impl IntoView {
    let id = path_id::<RevocationId>("id", "revocation with this id");
    draw(|portal, caller| async move { portal.revocation(&caller, &id?).await }, pages::revocation::page)
}

#[component]
pub(crate) fn Rollouts() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.rollouts(&caller, &after).await },
        move |page| pages::rollouts::page(page, &shown),
    )
}

#[component]
pub(crate) fn Rollout() -> impl IntoView {
    let id = path_id::<RolloutId>("id", "rollout with this id");
    draw(|portal, caller| async move { portal.rollout(&caller, &id?).await }, pages::rollout::page)
}

#[component]
pub(crate) fn OrganizationCompare() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.compare_nodes(&caller, query).await }, pages::organization::compare)
}

#[component]
pub(crate) fn OrganizationBlueprint() -> impl IntoView {
    let draft = query_value("draft");
    draw(|portal, caller| async move { portal.blueprint(&caller, Some(&draft)).await }, pages::organization::blueprint)
}

#[component]
pub(crate) fn OrganizationPolicies() -> impl IntoView {
    let after = query_value("after");
    let draft = query_value("draft");
    draw(
        |portal, caller| async move { portal.policies_of_organization(&caller, &after, Some(&draft)).await },
        pages::organization::policies,
    )
}

#[component]
pub(crate) fn OrganizationPolicy() -> impl IntoView {
    let id = path_text("id");
    let draft = query_value("draft");
    draw(
        |portal, caller| async move { portal.policy_of_organization(&caller, &id, Some(&draft)).await },
        pages::organization::policy,
    )
}

#[component]
pub(crate) fn OrganizationChanges() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.policy_changes(&caller, &after).await },
        move |page| pages::organization::changes(page, &shown),
    )
}

#[component]
pub(crate) fn OrganizationChange() -> impl IntoView {
    let id = path_text("id");
    draw(|portal, caller| async move { portal.policy_change(&caller, &id).await }, pages::organization::change)
}

#[component]
pub(crate) fn OrganizationMatrix() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.governed_actions(&caller, query).await }, pages::organization::matrix)
}

#[component]
pub(crate) fn Inbox() -> impl IntoView {
    let after = query_value("after");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.inbox(&caller, &after).await },
        move |page| pages::inbox::page(page, &shown),
    )
}

#[component]
pub(crate) fn Audit() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.audit(&caller, query).await }, pages::audit::page)
}

#[component]
pub(crate) fn Profile() -> impl IntoView {
    let theme = frame().theme;
    draw(|portal, caller| async move { portal.profile(&caller).await }, move |page| pages::profile::page(page, theme))
}

#[component]
pub(crate) fn AdminProjects() -> impl IntoView {
    let (draft, part) = (query_value("draft"), query_value("page"));
    draw(
        |portal, caller| async move { portal.admin_projects(&caller, Some(&draft)).await },
        move |page| pages::admin_projects::page(page, &part),
    )
}

#[component]
pub(crate) fn AdminProject() -> impl IntoView {
    let id = path_id::<ProjectId>("id", "project with this id");
    let draft = query_value("draft");
    let edit = query_value("edit");
    draw(
        |portal, caller| async move { portal.admin_project(&caller, &id?, Some(&draft)).await },
        move |page| pages::admin_project::page(page, &edit),
    )
}

#[component]
pub(crate) fn AdminApprovals() -> impl IntoView {
    let draft = query_value("draft");
    let edit = query_value("edit");
    draw(
        |portal, caller| async move { portal.admin_approvals(&caller, Some(&draft)).await },
        move |page| pages::admin_approvals::page(page, &edit),
    )
}

#[component]
pub(crate) fn AdminMappings() -> impl IntoView {
    let (draft, part) = (query_value("draft"), query_value("page"));
    draw(
        |portal, caller| async move { portal.admin_mappings(&caller, Some(&draft)).await },
        move |page| pages::admin_mappings::page(page, &part),
    )
}

#[component]
pub(crate) fn AdminPeople() -> impl IntoView {
    let query = query();
    draw(|portal, caller| async move { portal.admin_people(&caller, query).await }, pages::admin_people::page)
}

#[component]
pub(crate) fn AdminIdle() -> impl IntoView {
    let draft = query_value("draft");
    let edit = query_value("edit");
    draw(
        |portal, caller| async move { portal.admin_idle(&caller, Some(&draft)).await },
        move |page| pages::admin_idle::page(page, &edit),
    )
}

#[component]
pub(crate) fn AdminNotifications() -> impl IntoView {
    let after = query_value("after");
    let draft = query_value("draft");
    let edit = query_value("edit");
    let shown = after.clone();
    draw(
        |portal, caller| async move { portal.admin_notifications(&caller, &after, Some(&draft)).await },
        move |page| pages::admin_notifications::page(page, &edit, &shown),
    )
}

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let missing = || async { Err::<(), _>(Error::NotFound { what: "page at this address".to_owned() }) };
    draw(move |_, _| missing(), |()| unreachable!("there is nothing to draw"))
}
