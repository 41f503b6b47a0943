use domain::action::Action;
use domain::project::{ProjectAccount, Stage};
use domain::view::{AdminProjectPage, FormState};
use leptos::prelude::*;

use super::admin_projects::ProjectFields;
use super::newcomer::what_it_gives;
use crate::components::{
    Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Fact, Facts, Hidden, PageHead, PostButton, Select, Table,
    TextField, form_part,
};
use crate::document::Page;
use crate::words;

/// One project: what it is, its accounts, who has which role in it, and what it may use.
pub fn page(admin: AdminProjectPage) -> Page {
    let AdminProjectPage { project, accounts, mappings, access, allowed, form } = admin;
    let title = project.name.clone();
    let manage = allowed.has(Action::ManageProjects);
    let account_form = form_part(&form, "account");
    // What belongs to no named form belongs to the first.
    let project_form = if account_form == form { FormState::default() } else { form.clone() };
    let about = if manage {
        view! {
            <form class="fieldset max-w-2xl" method="post" action="/api/save_project" novalidate>
                <Hidden name="id" value=project.id.to_string() />
                <Hidden name="version" value=project.version.to_string() />
                <ProjectFields
                    name=project.name.clone()
                    cost_center=project.cost_center.clone()
                    data_class=project.data_class.to_string()
                    state=project_form.clone()
                />
                <p class="actions"><button class="button button-primary" type="submit">"Save project"</button></p>
            </form>
        }
        .into_any()
    } else {
        view! {
            <Facts wide=true>
                <Fact term="Name">{project.name.clone()}</Fact>
                <Fact term="Cost center">{project.cost_center.clone()}</Fact>
                <Fact term="Data class">{words::data_class(project.data_class)}</Fact>
            </Facts>
        }
        .into_any()
    };
    let groups = mappings
        .into_iter()
        .map(|m| view! { <tr><th scope="row"><code>{m.group}</code></th><td>{what_it_gives(&m.grant)}</td></tr> })
        .collect::<Vec<_>>();
    let groups = if groups.is_empty() {
        view! { <Empty title="No group gives a role in it yet."></Empty> }.into_any()
    } else {
        view! { <Table label="Groups and roles" columns=vec!["Group", "Role"]>{groups.collect_view()}</Table> }
            .into_any()
    };
    let products = access
        .into_iter()
        .map(|(access, name)| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/admin/products/{}", access.product)>{name}</a></th>
                    <td>{access.stage.label()}</td>
                    <td>{words::approval(access.approval)}</td>
                    <td>{words::count(access.max_lease_days, "day", "days")}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let products = if products.is_empty() {
        view! { <Empty title="It may use no product yet."><p><a href="/admin/products">"Give access to a product"</a></p></Empty> }
            .into_any()
    } else {
        let columns = vec!["Product", "Stage", "Approval", "Longest lease"];
        view! { <Table label="Products it may use" columns>{products.collect_view()}</Table> }.into_any()
    };
    let add = manage.then(|| {
        let open = accounts.is_empty() || !account_form.errors.is_empty();
        let form = view! { <AccountForm project=project.id.to_string() state=account_form.clone() /> };
        view! { <Disclosure summary="Add an account, or change one" open id="account">{form}</Disclosure> }
    });
    let crumbs = vec![Crumb::new("/admin/projects", "Projects")];
    let body = view! {
        <PageHead title=title.clone() lead=format!("Project {}", project.id) crumbs />
        <ErrorSummary state=project_form />
        <ErrorSummary state=account_form part="account" />
        <Card title="Project">{about}</Card>
        <Card title="Accounts" flush=true><Accounts accounts manage /></Card>
        {add}
        <Card title="Groups and roles" note="Edited under Group mappings" flush=true>{groups}</Card>
        <Card title="Products it may use" flush=true>{products}</Card>
    };
    Page::new(title, body).with_errors(&form)
}

#[component]
fn Accounts(accounts: Vec<ProjectAccount>, manage: bool) -> impl IntoView {
    if accounts.is_empty() {
        return view! { <Empty title="It has no account yet."><p>"Without one nothing can be requested."</p></Empty> }
            .into_any();
    }
    let listed = |values: &[String]| if values.is_empty() { "none".to_owned() } else { values.join(", ") };
    let items = accounts
        .into_iter()
        .map(|a| {
            let none = || "none".to_owned();
            let remove = manage.then(|| {
                let fields = vec![
                    ("project", a.project.to_string()),
                    ("account", a.account.to_string()),
                    ("region", a.region.to_string()),
                ];
                let described = format!("Remove account {}", a.name);
                view! {
                    <PostButton
                        action="/api/remove_project_account"
                        label="Remove"
                        class="button button-small button-danger"
                        described=described
                        fields
                    />
                }
            });
            view! {
                <li class="row items-start">
                    <div class="stack min-w-0 flex-1 basis-72 gap-3">
                        <p class="flex flex-wrap items-center gap-2">
                            <span class="font-semibold">{a.name.clone()}</span>
                            <code>{a.account.to_string()}</code>
                            <span class="chip">{a.stage.label()}</span>
                            <span class="chip">{a.region.to_string()}</span>
                        </p>
                        <Facts wide=true>
                            <Fact term="VPC"><code>{a.vpc_id.clone().unwrap_or_else(none)}</code></Fact>
                            <Fact term="Subnets"><code>{listed(&a.subnet_ids)}</code></Fact>
                            <Fact term="Security groups"><code>{listed(&a.security_group_ids)}</code></Fact>
                            <Fact term="KMS key"><code>{a.kms_key_arn.clone().unwrap_or_else(none)}</code></Fact>
                            <Fact term="Shared Studio domain"><code>{a.studio_domain_id.clone().unwrap_or_else(none)}</code></Fact>
                        </Facts>
                    </div>
                    {remove}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{items}</ul> }.into_any()
}

#[component]
fn AccountForm(project: String, state: FormState) -> impl IntoView {
    let stages = Stage::ALL.map(|stage| Choice::new(stage.as_str(), stage.label())).into();
    let text = |label: &'static str, name: &'static str, help: &'static str, required: bool| {
        let state = state.clone();
        view! { <TextField label name help required code=true part="account" state /> }
    };
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_project_account" novalidate>
            <Hidden name="form" value="account" />
            <Hidden name="project" value=project />
            {text("Account id", "account", "Twelve digits.", true)}
            {text("Region", "region", "For example eu-west-1.", true)}
            <TextField label="Name" name="name" help="For people, for example fraud-detection-dev." part="account" state=state.clone() />
            <Select label="Stage" name="stage" choices=stages part="account" state=state.clone() />
            {text("VPC id", "vpc_id", "", false)}
            {text("Subnet ids", "subnet_ids", "Separated by commas.", false)}
            {text("Security group ids", "security_group_ids", "Separated by commas.", false)}
            {text("KMS key ARN", "kms_key_arn", "", false)}
            {text("Shared Studio domain id", "studio_domain_id", "For products that only add a user profile.", false)}
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save account"</button></p>
        </form>
    }
}
