use std::collections::BTreeMap;

use domain::action::Action;
use domain::project::{ProjectAccount, Stage};
use domain::view::{AdminProjectPage, FormState, Removal, account_key};
use leptos::prelude::*;

use super::admin_projects::ProjectFields;
use super::newcomer::what_it_gives;
use crate::components::{
    Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Fact, Facts, Hidden, PageHead, Remove, Select, StoredNow,
    Table, TextField, form_part, form_version,
};
use crate::document::Page;
use crate::words;

/// One project: what it is, its accounts, who has which role in it, and what it may use.
///
/// `edit` is the account to be changed, as in [`account_key`].
pub fn page(admin: AdminProjectPage, edit: &str) -> Page {
    let AdminProjectPage { project, accounts, mappings, access, removals, allowed, form } = admin;
    let title = project.name.clone();
    let manage = allowed.has(Action::ManageProjects);
    let account_form = form_part(&form, "account");
    // What belongs to no named form belongs to the first.
    let project_form = if account_form == form { FormState::default() } else { form.clone() };
    let about = if manage {
        view! {
            <form class="fieldset max-w-2xl" method="post" action="/api/save_project" novalidate>
                <Hidden name="id" value=project.id.to_string() />
                <Hidden name="version" value=form_version(&project_form, project.version) />
                <StoredNow
                    state=project_form.clone()
                    stored=vec![
                        ("name", project.name.clone()),
                        ("cost_center", project.cost_center.clone()),
                        ("data_class", project.data_class.to_string()),
                    ]
                />
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
        .map(|m| view! { <tr><th scope="row"><code>{m.group}</code></th><td data-label="Role">{what_it_gives(&m.grant)}</td></tr> })
        .collect::<Vec<_>>();
    let groups = if groups.is_empty() {
        view! { <Empty title="No group gives a role in it yet."></Empty> }.into_any()
    } else {
        view! { <Table label="Groups and roles" columns=vec!["Group", "Role"] stack=true>{groups.collect_view()}</Table> }
            .into_any()
    };
    let products = access
        .into_iter()
        .map(|(access, name)| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/admin/products/{}", access.product)>{name}</a></th>
                    <td data-label="Stage">{access.stage.label()}</td>
                    <td data-label="Approval">{words::approval(&access.approval)}</td>
                    <td data-label="Longest lease">{words::count(access.max_lease_days, "day", "days")}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let products = if products.is_empty() {
        view! { <Empty title="It may use no product yet."><p><a href="/admin/products">"Give access to a product"</a></p></Empty> }
            .into_any()
    } else {
        let columns = vec!["Product", "Stage", "Approval", "Longest lease"];
        view! { <Table label="Products it may use" columns stack=true>{products.collect_view()}</Table> }.into_any()
    };
    let add = manage.then(|| {
        // A form that came back says itself which account it is about.
        let key = match (account_form.value("version"), account_form.value("account"), account_form.value("region")) {
            (Some(""), ..) => String::new(),
            (Some(_), Some(account), Some(region)) => format!("{account}/{region}"),
            _ => edit.to_owned(),
        };
        let edited = accounts.iter().find(|a| account_key(a) == key).cloned();
        let open = accounts.is_empty() || edited.is_some() || !account_form.errors.is_empty();
        let summary = edited.as_ref().map_or("Add an account".to_owned(), |a| format!("Change account {}", a.name));
        let state = account_form.clone();
        let form = view! { <AccountForm project=project.id.to_string() edited state /> };
        view! { <Disclosure summary open id="account">{form}</Disclosure> }
    });
    let crumbs = vec![Crumb::new("/admin/projects", "Projects")];
    let body = view! {
        <PageHead title=title.clone() lead=format!("Project {}", project.id) crumbs />
        <ErrorSummary state=project_form />
        <ErrorSummary state=account_form part="account" />
        <Card title="Project">{about}</Card>
        <Card title="Accounts" flush=true><Accounts accounts removals manage /></Card>
        {add}
        <Card title="Groups and roles" flush=true>
            {groups}
            <p class="card-body"><a href="/admin/mappings">"Change the group mappings"</a></p>
        </Card>
        <Card title="Products it may use" flush=true>{products}</Card>
    };
    Page::new(title, body).with_errors(&form)
}

#[component]
fn Accounts(accounts: Vec<ProjectAccount>, removals: BTreeMap<String, Removal>, manage: bool) -> impl IntoView {
    if accounts.is_empty() {
        return view! { <Empty title="It has no account yet."><p>"Without one nothing can be requested."</p></Empty> }
            .into_any();
    }
    let listed = |values: &[String]| if values.is_empty() { "none".to_owned() } else { values.join(", ") };
    let items = accounts
        .into_iter()
        .map(|a| {
            let none = || "none".to_owned();
            let actions = manage.then(|| {
                let key = account_key(&a);
                let removal = removals.get(&key).cloned();
                let fields = vec![
                    ("project", a.project.to_string()),
                    ("account", a.account.to_string()),
                    ("region", a.region.to_string()),
                ];
                let described = format!("Remove account {}", a.name);
                let change = format!("/admin/projects/{}?edit={key}#account", a.project);
                view! {
                    <div class="flex flex-wrap gap-2">
                        <a class="button button-small" href=change aria-label=format!("Change account {}", a.name)>"Change"</a>
                        <Remove action="/api/remove_project_account" described fields removal />
                    </div>
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
                    {actions}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{items}</ul> }.into_any()
}

/// A new account, or one that is there: its id and region then stay.
#[component]
fn AccountForm(project: String, edited: Option<ProjectAccount>, state: FormState) -> impl IntoView {
    let stages = Stage::ALL.map(|stage| Choice::new(stage.as_str(), stage.label())).into();
    let before = |value: fn(&ProjectAccount) -> String| edited.as_ref().map(value).unwrap_or_default();
    let text = |label: &'static str, name: &'static str, help: &'static str, required: bool, value: String| {
        let state = state.clone();
        view! { <TextField label name help required value code=true part="account" state /> }
    };
    let which = if let Some(a) = &edited {
        let version = form_version(&state, a.version);
        view! {
            <p class="sm:col-span-2">
                <code>{a.account.to_string()}</code> " in " {a.region.to_string()}
                <Hidden name="account" value=a.account.to_string() />
                <Hidden name="region" value=a.region.to_string() />
                <Hidden name="version" value=version />
            </p>
        }
        .into_any()
    } else {
        view! {
            {text("Account id", "account", "Twelve digits. An account belongs to one project.", true, String::new())}
            {text("Region", "region", "For example eu-west-1.", true, String::new())}
        }
        .into_any()
    };
    let optional = |value: &Option<String>| value.clone().unwrap_or_default();
    let (vpc, kms, domain) = edited
        .as_ref()
        .map(|a| (optional(&a.vpc_id), optional(&a.kms_key_arn), optional(&a.studio_domain_id)))
        .unwrap_or_default();
    let (name, stage) = (before(|a| a.name.clone()), before(|a| a.stage.to_string()));
    let (subnets, groups) = (before(|a| a.subnet_ids.join(", ")), before(|a| a.security_group_ids.join(", ")));
    let stored = vec![
        ("name", name.clone()),
        ("stage", stage.clone()),
        ("vpc_id", vpc.clone()),
        ("subnet_ids", subnets.clone()),
        ("security_group_ids", groups.clone()),
        ("kms_key_arn", kms.clone()),
        ("studio_domain_id", domain.clone()),
    ];
    let domain_help = "For products that only add a user profile.";
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_project_account" novalidate>
            <Hidden name="form" value="account" />
            <Hidden name="project" value=project />
            {which}
            {edited.is_some().then(|| view! { <div class="sm:col-span-2 empty:hidden"><StoredNow state=state.clone() stored /></div> })}
            <TextField
                label="Name"
                name="name"
                help="For people, for example fraud-detection-dev."
                value=name
                part="account"
                state=state.clone()
            />
            <Select label="Stage" name="stage" value=stage choices=stages part="account" state=state.clone() />
            {text("VPC id", "vpc_id", "", false, vpc)}
            {text("Subnet ids", "subnet_ids", "Separated by commas.", false, subnets)}
            {text("Security group ids", "security_group_ids", "Separated by commas.", false, groups)}
            {text("KMS key ARN", "kms_key_arn", "", false, kms)}
            {text("Shared Studio domain id", "studio_domain_id", domain_help, false, domain)}
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save account"</button></p>
        </form>
    }
}
