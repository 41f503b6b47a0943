use domain::action::Action;
use domain::project::DataClass;
use domain::view::{AdminProjectsPage, FormState, ROWS_OF_A_SHEET, Sheet};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Card, Choice, Empty, ErrorSummary, PageHead, Pager, Select, TextField};
use crate::document::Page;
use crate::words;

const ADDRESS: &str = "/admin/projects";

/// The projects, and a new one. `shown`: which [`Sheet`] of them.
pub fn page(admin: AdminProjectsPage, shown: &str) -> Page {
    let AdminProjectsPage { projects, allowed, form } = admin;
    let (sheet, projects) = Sheet::cut(shown, ROWS_OF_A_SHEET, projects);
    let next = sheet.next().map(|next| with_query(ADDRESS, &[("page", &next)]));
    let further = sheet.number > 1;
    let list = if projects.is_empty() && further {
        view! { <Empty title="The list ends before this page."></Empty> }.into_any()
    } else if projects.is_empty() {
        view! {
            <Empty title="There are no projects yet."><p>"A project is a team with accounts of its own."</p></Empty>
        }
        .into_any()
    } else {
        let rows = projects
            .into_iter()
            .map(|project| {
                view! {
                    <li class="row">
                        <div class="min-w-0 flex-1 basis-64">
                            <a class="row-link" href=format!("/admin/projects/{}", project.id)>{project.name}</a>
                            <p class="row-sub">{project.id.to_string()}</p>
                        </div>
                        <p class="row-sub">"Cost center " {project.cost_center}</p>
                        <p class="chip">{words::data_class(project.data_class)}</p>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let new = allowed.has(Action::ManageProjects).then(|| {
        let state = form.clone();
        view! {
            <Card title="New project">
                <form class="fieldset max-w-2xl" method="post" action="/api/save_project" novalidate>
                    <TextField
                        label="Short name"
                        name="id"
                        help="Stands in tags and addresses, and never changes: lower-case letters, digits and dashes."
                        code=true
                        state=state.clone()
                    />
                    <ProjectFields name=String::new() cost_center=String::new() data_class="internal".to_owned() state />
                    <p class="actions"><button class="button button-primary" type="submit">"Create project"</button></p>
                </form>
            </Card>
        }
    });
    let body = view! {
        <PageHead title="Projects" lead="Teams, their accounts, and what they may use." />
        <ErrorSummary state=form.clone() />
        {list}
        <Pager first=ADDRESS.to_owned() next further />
        {new}
    };
    Page::new("Projects", body).with_errors(&form)
}

/// The fields that a new project and an edited one share.
#[component]
pub fn ProjectFields(name: String, cost_center: String, data_class: String, state: FormState) -> impl IntoView {
    let classes = DataClass::ALL.map(|class| Choice::new(class.as_str(), words::data_class(class))).into();
    view! {
        <TextField label="Name" name="name" value=name state=state.clone() />
        <TextField label="Cost center" name="cost_center" value=cost_center state=state.clone() />
        <Select
            label="Data class"
            name="data_class"
            help="The most sensitive data that the project works on."
            value=data_class
            choices=classes
            state
        />
    }
}
