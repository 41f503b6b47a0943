use std::collections::BTreeMap;

use domain::action::Action;
use domain::person::GroupMapping;
use domain::project::Project;
use domain::view::{AdminMappingsPage, FORMS_OF_A_SHEET, FormState, Removal, Sheet};
use leptos::prelude::*;

use super::newcomer::what_it_gives;
use super::url::with_query;
use crate::components::{
    Callout, Card, Choice, Empty, ErrorSummary, PageHead, Pager, Remove, Select, Table, TextField, Tone,
};
use crate::document::Page;

const ADDRESS: &str = "/admin/mappings";

/// From OIDC groups to roles. `shown`: which [`Sheet`] of them.
pub fn page(admin: AdminMappingsPage, shown: &str) -> Page {
    let AdminMappingsPage { mappings, bootstrap_admin_group, projects, removals, allowed, form } = admin;
    let manage = allowed.has(Action::ManageGroupMappings);
    let bootstrap = bootstrap_admin_group.map(|group| {
        view! {
            <Callout tone=Tone::Info title=format!("Group {group} is always admin.")>
                <p>"The configuration says so; it cannot be changed here."</p>
            </Callout>
        }
    });
    let new = manage.then(|| {
        let state = form.clone();
        view! { <Card title="New mapping"><NewMapping projects state /></Card> }
    });
    let (sheet, mappings) = Sheet::cut(shown, FORMS_OF_A_SHEET, mappings);
    let (next, past) = (sheet.next().map(|next| with_query(ADDRESS, &[("page", &next)])), sheet.number > 1);
    let body = view! {
        <PageHead
            title="Group mappings"
            lead="Which group of the identity provider gives which role. A change holds at once, for everybody concerned."
        />
        <ErrorSummary state=form.clone() />
        {bootstrap}
        <Card title="Mappings" flush=true><Mappings mappings past removals manage /></Card>
        <Pager first=ADDRESS.to_owned() next further=past />
        {new}
    };
    Page::new("Group mappings", body).with_errors(&form)
}

#[component]
fn Mappings(
    mappings: Vec<GroupMapping>,
    past: bool,
    removals: BTreeMap<String, Removal>,
    manage: bool,
) -> impl IntoView {
    if mappings.is_empty() {
        let title = if past { "The list ends before this page." } else { "There are no mappings yet." };
        return view! { <Empty title></Empty> }.into_any();
    }
    let rows = mappings
        .into_iter()
        .map(|mapping| {
            let action = manage.then(|| {
                let described = format!("Remove the mapping of group {}", mapping.group);
                let fields = vec![("id", mapping.id.to_string())];
                let removal = removals.get(mapping.id.as_str()).cloned();
                view! { <Remove action="/api/remove_group_mapping" described fields removal /> }
            });
            view! {
                <tr>
                    <th scope="row"><code>{mapping.group.clone()}</code></th>
                    <td data-label="Gives the role">{what_it_gives(&mapping.grant)}</td>
                    {action.map(|action| view! { <td data-label="Change">{action}</td> })}
                </tr>
            }
        })
        .collect_view();
    let mut columns = vec!["Group", "Gives the role"];
    if manage {
        columns.push("Change");
    }
    view! { <Table label="Group mappings" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn NewMapping(projects: Vec<Project>, state: FormState) -> impl IntoView {
    let grants = vec![
        Choice::new("member", "Data scientist in a project"),
        Choice::new("lead", "Team lead of a project"),
        Choice::new("auditor", "Auditor"),
        Choice::new("admin", "Admin"),
    ];
    let projects = std::iter::once(Choice::new("", "None"))
        .chain(projects.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)))
        .collect();
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/add_group_mapping" novalidate>
            <TextField label="Group" name="group" help="Exactly as the identity provider sends it." code=true state=state.clone() />
            <Select label="Role" name="grant" choices=grants state=state.clone() />
            <Select
                label="Project"
                name="project"
                help="For data scientists and team leads; auditors and admins have their role in all of them."
                choices=projects
                required=false
                state
            />
            <p class="actions"><button class="button button-primary" type="submit">"Add mapping"</button></p>
        </form>
    }
}
