use std::collections::BTreeMap;

use domain::access::{ProductAccess, ProductSettings};
use domain::action::Action;
use domain::approval::ApprovalRule;
use domain::binding::ParameterBinding;
use domain::project::{Project, Stage};
use domain::view::{AdminProductPage, FORMS_OF_A_SHEET, FormState, Removal, Sheet};
use leptos::prelude::*;

use super::admin_bindings::{BindingForm, Bindings, Proposals, Unbound};
use super::admin_product_portfolios::Portfolios;
use super::admin_product_text::Text;
use super::admin_versions::Versions;
use super::url::with_query;
use crate::components::{
    Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Hidden, Obstacles, PageHead, Pager, Remove, RuleFields,
    Select, StoredNow, Table, TextArea, TextField, field_label, form_part, form_version, stored_rule,
};
use crate::document::Page;
use crate::words;

/// One product: which project may use it where, and where each parameter gets its value from.
///
/// `edit` is the id of the access rule or binding to be changed; `rules` which [`Sheet`] of the access rules is shown.
pub fn page(admin: AdminProductPage, edit: &str, rules: &str) -> Page {
    let AdminProductPage {
        id,
        text,
        seen,
        versions,
        sheet,
        portfolios,
        other_portfolios,
        deletion,
        parameters,
        asked_by,
        bindings,
        proposals,
        unbound,
        left_to_default,
        obstacles,
        settings,
        access,
        removals,
        projects,
        accounts,
        allowed,
        form,
    } = admin;
    let manage = allowed.has(Action::ManageProductAccess);
    let name = text.name.clone();
    let (binding_form, settings_form) = (form_part(&form, "binding"), form_part(&form, "settings"));
    let named = ["text", "copy", "associate"].map(|part| (part, form_part(&form, part)));
    // What belongs to no named form belongs to the first.
    let others = binding_form == form || settings_form == form || named.iter().any(|(_, part)| *part == form);
    let access_form = if others { FormState::default() } else { form.clone() };
    let summaries = named.map(|(part, state)| view! { <ErrorSummary state part /> }).into_iter().collect_view();
    let product = id.to_string();
    let curates = allowed.has(Action::ManageCatalog);
    let give = manage.then(|| {
        let edited = edited_rule(&access, &access_form, edit);
        let open = access.is_empty() || edited.is_some() || !access_form.errors.is_empty();
        let summary = match edited {
            Some(rule) => format!("Change access of {} in {}", name_of(&projects, rule), rule.stage.label()),
            None => "Give a project access".to_owned(),
        };
        let (product, projects, edited) = (product.clone(), projects.clone(), edited.cloned());
        let form = view! { <AccessForm product projects edited state=access_form.clone() /> };
        view! { <Disclosure summary open id="access">{form}</Disclosure> }
    });
    let bind = manage.then(|| {
        let edited = edited_binding(&bindings, &binding_form, edit);
        let open = edited.is_some() || !binding_form.errors.is_empty();
        let summary = match edited {
            Some(binding) => format!("Change the binding of {}", binding.parameter),
            None => "Bind a parameter".to_owned(),
        };
        let (product, parameters, accounts) = (product.clone(), parameters.clone(), accounts.clone());
        let (edited, state) = (edited.cloned(), binding_form.clone());
        let form = view! { <BindingForm product parameters accounts edited state /> };
        view! { <Disclosure summary open id="binding">{form}</Disclosure> }
    });
    let expected = manage.then(|| {
        let open = !settings_form.errors.is_empty();
        let form = view! { <SettingsForm settings=settings.clone() state=settings_form.clone() /> };
        view! { <Disclosure summary="Time to come up" open id="settings">{form}</Disclosure> }
    });
    let parameters_card = {
        let (unbound, removals) = (unbound.clone(), removals.clone());
        view! {
            <Card title="Parameters and bindings" flush=true>
                <Bindings parameters asked_by bindings accounts unbound left_to_default removals manage />
            </Card>
        }
    };
    let (versions_of, portfolios_of, access_of) = (id.clone(), id.clone(), id.to_string());
    let lead = text.description.clone();
    let itself = {
        let state = form.clone();
        curates.then(move || view! { <Text product=id text seen deletion state /> })
    };
    let (of_rules, shown) = Sheet::cut(rules, FORMS_OF_A_SHEET, access);
    let body = view! {
        <PageHead title=name.clone() lead crumbs=vec![Crumb::new("/admin/products", "Products")] />
        <ErrorSummary state=access_form />
        <ErrorSummary state=binding_form part="binding" />
        <ErrorSummary state=settings_form part="settings" />
        {summaries}
        {(!unbound.is_empty()).then(|| view! { <Unbound unbound=unbound.clone() /> })}
        <Obstacles obstacles title="Whatever people fill in, requests are refused as things are:" />
        {(!proposals.is_empty()).then(|| view! { <Proposals product proposals manage /> })}
        <Versions product=versions_of versions sheet manage=curates />
        <Portfolios product=portfolios_of portfolios others=other_portfolios manage=curates state=form.clone() />
        <AccessCard product=access_of access=shown sheet=of_rules projects removals manage />
        {give}
        {parameters_card}
        {bind}
        {expected}
        {itself}
    };
    Page::new(name, body).with_errors(&form)
}

/// The access rule that is changed: a form that came back says itself what it is about.
fn edited_rule<'a>(access: &'a [ProductAccess], form: &FormState, edit: &str) -> Option<&'a ProductAccess> {
    match form.value("version") {
        Some("") => None,
        Some(_) => access.iter().find(|a| {
            form.value("project") == Some(a.project.as_str()) && form.value("stage") == Some(a.stage.as_str())
        }),
        None => access.iter().find(|a| a.id.as_str() == edit),
    }
}

/// The same for a binding.
fn edited_binding<'a>(bindings: &'a [ParameterBinding], form: &FormState, edit: &str) -> Option<&'a ParameterBinding> {
    match form.value("version") {
        Some("") => None,
        Some(_) => bindings.iter().find(|b| {
            let account = b.account.as_ref().map_or("", |account| account.as_str());
            form.value("parameter") == Some(b.parameter.as_str())
                && form.value("account").unwrap_or_default() == account
        }),
        None => bindings.iter().find(|b| b.id.as_str() == edit),
    }
}

fn name_of(projects: &[Project], rule: &ProductAccess) -> String {
    projects.iter().find(|p| p.id == rule.project).map_or_else(|| rule.project.to_string(), |p| p.name.clone())
}

/// Who may use it, and the way to why somebody sees it.
#[component]
fn AccessCard(
    product: String,
    access: Vec<ProductAccess>,
    sheet: Sheet,
    projects: Vec<Project>,
    removals: BTreeMap<String, Removal>,
    manage: bool,
) -> impl IntoView {
    let first = format!("/admin/products/{product}");
    let next = sheet.next().map(|next| with_query(&first, &[("rules", &next)]));
    let past = sheet.number > 1;
    let explained = format!("{first}/visibility");
    view! {
        <Card title="Access" flush=true>
            <Access access past projects removals manage />
            <div class="card-body"><p><a class="button button-small" href=explained>"Who sees it, and why"</a></p></div>
        </Card>
        <Pager first next further=past of="who may use it" />
    }
}

#[component]
fn Access(
    access: Vec<ProductAccess>,
    past: bool,
    projects: Vec<Project>,
    removals: BTreeMap<String, Removal>,
    manage: bool,
) -> impl IntoView {
    if access.is_empty() {
        let title = if past { "The list ends before this page." } else { "Nobody may use it yet." };
        return view! { <Empty title></Empty> }.into_any();
    }
    let rows = access
        .into_iter()
        .map(|rule| {
            let project = name_of(&projects, &rule);
            let actions = manage.then(|| {
                let change = format!("/admin/products/{}?edit={}#access", rule.product, rule.id);
                let label = format!("Change access of {project} in {}", rule.stage.label());
                let described = format!("Remove access of {project} in {}", rule.stage.label());
                let fields = vec![("id", rule.id.to_string()), ("product", rule.product.to_string())];
                let removal = removals.get(rule.id.as_str()).cloned();
                view! {
                    <div class="flex flex-wrap gap-2">
                        <a class="button button-small" href=change aria-label=label>"Change"</a>
                        <Remove action="/api/remove_product_access" described fields removal />
                    </div>
                }
            });
            view! {
                <tr>
                    <th scope="row">{project.clone()}</th>
                    <td data-label="Stage">{rule.stage.label()}</td>
                    <td data-label="Approval">{words::approval(&rule.approval)}</td>
                    <td data-label="Longest lease">{words::count(rule.max_lease_days, "day", "days")}</td>
                    <td data-label="Instance types">{rule.instances.to_string()}</td>
                    {actions.map(|actions| view! { <td data-label="Change">{actions}</td> })}
                </tr>
            }
        })
        .collect_view();
    let mut columns = vec!["Project", "Stage", "Approval", "Longest lease", "Instance types"];
    if manage {
        columns.push("Change");
    }
    view! { <Table label="Access" columns stack=true>{rows}</Table> }.into_any()
}

/// A new access rule, or one that is there: its project and stage then stay.
#[component]
fn AccessForm(
    product: String,
    projects: Vec<Project>,
    edited: Option<ProductAccess>,
    state: FormState,
) -> impl IntoView {
    let approval = edited.as_ref().map_or_else(ApprovalRule::one_lead, |rule| rule.approval.clone());
    let days = edited.as_ref().map_or("90".to_owned(), |rule| rule.max_lease_days.to_string());
    let mut stored = stored_rule(&approval);
    stored.push(("max_lease_days", days.clone()));
    let instances = edited.as_ref().map(|rule| rule.instances.as_text()).unwrap_or_default();
    stored.push(("instances", instances.clone()));
    let which = if let Some(rule) = &edited {
        let version = form_version(&state, rule.version);
        view! {
            <Hidden name="project" value=rule.project.to_string() />
            <Hidden name="stage" value=rule.stage.to_string() />
            <Hidden name="version" value=version />
        }
        .into_any()
    } else {
        // Access is given to none that nobody chose.
        let choose = || std::iter::once(Choice::new("", "Choose"));
        let projects = choose().chain(projects.into_iter().map(|p| Choice::new(p.id.to_string(), p.name))).collect();
        let stages = choose().chain(Stage::ALL.map(|stage| Choice::new(stage.as_str(), stage.label()))).collect();
        view! {
            <Select label="Project" name="project" choices=projects state=state.clone() />
            <Select label="Stage" name="stage" choices=stages state=state.clone() />
        }
        .into_any()
    };
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_product_access" novalidate>
            <Hidden name="form" value="access" />
            <Hidden name="product" value=product />
            {which}
            {edited.is_some().then(|| view! { <div class="sm:col-span-2 empty:hidden"><StoredNow state=state.clone() stored /></div> })}
            <RuleFields rule=approval state=state.clone() />
            <TextField
                label="Longest lease in days"
                name="max_lease_days"
                inputmode="numeric"
                help="1 to 365."
                value=days
                state=state.clone()
            />
            <TextArea
                label="Instance types"
                name="instances"
                help="That may be asked for: a type (ml.g5.xlarge) or a family (ml.t3) in a line. Empty: any."
                value=instances
                required=false
                code=true
                state
            />
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save access"</button></p>
        </form>
    }
}

#[component]
fn SettingsForm(settings: ProductSettings, state: FormState) -> impl IntoView {
    let version = form_version(&state, settings.version);
    let minutes = settings.typical_minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/save_product_settings" novalidate>
            <Hidden name="form" value="settings" />
            <Hidden name="product" value=settings.product.to_string() />
            <Hidden name="version" value=version />
            <TextField
                label=field_label("typical_minutes")
                name="typical_minutes"
                inputmode="numeric"
                help="1 to 1440. Shown until three runs were measured; from then on the catalog shows their median."
                value=minutes
                required=false
                part="settings"
                state
            />
            <p class="actions"><button class="button button-primary" type="submit">"Save time"</button></p>
        </form>
    }
}
