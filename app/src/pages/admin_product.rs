use std::collections::BTreeMap;

use domain::access::{ApprovalRule, ProductAccess};
use domain::action::Action;
use domain::binding::{AccountValue, BindingSource, ParameterBinding, PersonValue};
use domain::catalog::Parameter;
use domain::project::{Project, ProjectAccount, Stage};
use domain::view::{AdminProductPage, FormState};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Hidden, PageHead, PairList, PostButton, Select,
    Table, TextArea, TextField, Tone, form_part,
};
use crate::document::Page;
use crate::words;

/// One product: which project may use it where, and where each parameter gets its value from.
pub fn page(admin: AdminProductPage) -> Page {
    let AdminProductPage {
        id,
        name,
        description,
        parameters,
        bindings,
        proposals,
        access,
        projects,
        accounts,
        allowed,
        form,
    } = admin;
    let manage = allowed.has(Action::ManageProductAccess);
    let binding_form = form_part(&form, "binding");
    let access_form = if binding_form == form { FormState::default() } else { form.clone() };
    let product = id.to_string();
    let give = manage.then(|| {
        let open = access.is_empty() || !access_form.errors.is_empty();
        let form = view! { <AccessForm product=product.clone() projects=projects.clone() state=access_form.clone() /> };
        view! { <Disclosure summary="Give a project access" open id="access">{form}</Disclosure> }
    });
    let bind = manage.then(|| {
        let open = !binding_form.errors.is_empty();
        let (product, parameters, state) = (product.clone(), parameters.clone(), binding_form.clone());
        let form = view! { <BindingForm product parameters accounts state /> };
        view! { <Disclosure summary="Bind a parameter" open id="binding">{form}</Disclosure> }
    });
    let body = view! {
        <PageHead title=name.clone() lead=description crumbs=vec![Crumb::new("/admin/products", "Products")] />
        <ErrorSummary state=access_form />
        <ErrorSummary state=binding_form part="binding" />
        <Card title="Access" flush=true><Access access projects manage /></Card>
        {give}
        {(!proposals.is_empty()).then(|| view! { <Proposals product proposals manage /> })}
        <Card title="Parameters and bindings" flush=true><Bindings parameters bindings manage /></Card>
        {bind}
    };
    Page::new(name, body).with_errors(&form)
}

#[component]
fn Access(access: Vec<ProductAccess>, projects: Vec<Project>, manage: bool) -> impl IntoView {
    if access.is_empty() {
        return view! { <Empty title="No project may use it yet."></Empty> }.into_any();
    }
    let rows = access
        .into_iter()
        .map(|rule| {
            let project =
                projects.iter().find(|p| p.id == rule.project).map_or(rule.project.to_string(), |p| p.name.clone());
            let action = manage.then(|| {
                let described = format!("Remove access of {project} in {}", rule.stage.label());
                let fields = vec![("id", rule.id.to_string()), ("product", rule.product.to_string())];
                view! {
                    <PostButton
                        action="/api/remove_product_access"
                        label="Remove"
                        class="button button-small button-danger"
                        described=described
                        fields
                    />
                }
            });
            view! {
                <tr>
                    <th scope="row">{project.clone()}</th>
                    <td>{rule.stage.label()}</td>
                    <td>{words::approval(rule.approval)}</td>
                    <td>{words::count(rule.max_lease_days, "day", "days")}</td>
                    <td>{action}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Project", "Stage", "Approval", "Longest lease", "Change"];
    view! { <Table label="Access" columns>{rows}</Table> }.into_any()
}

#[component]
fn AccessForm(product: String, projects: Vec<Project>, state: FormState) -> impl IntoView {
    let projects = projects.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)).collect();
    let stages = Stage::ALL.map(|stage| Choice::new(stage.as_str(), stage.label())).into();
    let approvals =
        [ApprovalRule::OneLead, ApprovalRule::None].map(|r| Choice::new(r.as_str(), words::approval(r))).into();
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_product_access" novalidate>
            <Hidden name="form" value="access" />
            <Hidden name="product" value=product />
            <Select label="Project" name="project" choices=projects state=state.clone() />
            <Select label="Stage" name="stage" choices=stages state=state.clone() />
            <Select label="Approval" name="approval" choices=approvals state=state.clone() />
            <TextField label="Longest lease in days" name="max_lease_days" inputmode="numeric" help="1 to 365." value="90" state />
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save access"</button></p>
        </form>
    }
}

#[component]
fn Proposals(product: String, proposals: BTreeMap<String, String>, manage: bool) -> impl IntoView {
    let number = words::count(proposals.len() as u64, "parameter is", "parameters are");
    view! {
        <Callout tone=Tone::Warn title=format!("{number} not bound yet: requests would be refused.")>
            <p>"The portal proposes these bindings:"</p>
            <PairList pairs=proposals.into_iter().collect() />
            {manage
                .then(|| {
                    view! {
                        <div class="actions pt-2">
                            <PostButton
                                action="/api/accept_binding_proposals"
                                label="Accept the proposals"
                                class="button button-primary"
                                fields=vec![("product", product)]
                            />
                        </div>
                    }
                })}
        </Callout>
    }
}

#[component]
fn Bindings(parameters: Vec<Parameter>, bindings: Vec<ParameterBinding>, manage: bool) -> impl IntoView {
    if parameters.is_empty() {
        return view! { <Empty title="The template has no parameters."></Empty> }.into_any();
    }
    let rows = parameters
        .into_iter()
        .map(|parameter| {
            let mine: Vec<_> = bindings.iter().filter(|b| b.parameter == parameter.key).cloned().collect();
            let sources = if mine.is_empty() {
                let text = parameter
                    .default
                    .as_ref()
                    .map_or("Asked".to_owned(), |d| format!("Asked; the template's default is \u{201c}{d}\u{201d}"));
                view! { <span class="text-muted">{text}</span> }.into_any()
            } else {
                let items = mine.into_iter().map(|binding| view! { <Binding binding manage /> }).collect_view();
                view! { <ul class="grid gap-2">{items}</ul> }.into_any()
            };
            view! {
                <tr>
                    <th scope="row">
                        <code>{parameter.key}</code>
                        <span class="block font-normal text-muted">{parameter.kind}</span>
                    </th>
                    <td class="min-w-64">{parameter.description}</td>
                    <td class="min-w-64">{sources}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table label="Parameters and bindings" columns=vec!["Parameter", "Meaning", "Value"]>{rows}</Table> }
        .into_any()
}

#[component]
fn Binding(binding: ParameterBinding, manage: bool) -> impl IntoView {
    let place = binding.account.as_ref().map_or("all accounts".to_owned(), |account| format!("account {account}"));
    let action = manage.then(|| {
        let described = format!("Remove the binding of {} for {place}", binding.parameter);
        let fields = vec![("id", binding.id.to_string()), ("product", binding.product.to_string())];
        view! {
            <PostButton
                action="/api/remove_parameter_binding"
                label="Remove"
                class="button button-small"
                described=described
                fields
            />
        }
    });
    view! {
        <li class="flex items-start justify-between gap-3">
            <span>{source(&binding.source)} <span class="block text-muted">{place.clone()}</span></span>
            {action}
        </li>
    }
}

fn source(source: &BindingSource) -> String {
    match source {
        BindingSource::Fixed { value } => format!("Fixed: {value}"),
        BindingSource::FromAccount { value } => format!("From the account: {}", account_value(*value).1),
        BindingSource::FromPerson { value } => format!("From the person: {}", person_value(*value).1),
        BindingSource::Choice { values } => format!("One of: {}", values.join(", ")),
        BindingSource::Ask => "Asked, within the template's limits".to_owned(),
    }
}

fn account_value(value: AccountValue) -> (&'static str, &'static str) {
    match value {
        AccountValue::AccountId => ("account_id", "its id"),
        AccountValue::Region => ("region", "its region"),
        AccountValue::Stage => ("stage", "its stage"),
        AccountValue::VpcId => ("vpc_id", "its VPC"),
        AccountValue::SubnetIds => ("subnet_ids", "its subnets"),
        AccountValue::SecurityGroupIds => ("security_group_ids", "its security groups"),
        AccountValue::KmsKeyArn => ("kms_key_arn", "its KMS key"),
        AccountValue::StudioDomainId => ("studio_domain_id", "its shared Studio domain"),
    }
}

fn person_value(value: PersonValue) -> (&'static str, &'static str) {
    match value {
        PersonValue::StudioUserId => ("studio_user_id", "user profile name"),
        PersonValue::Email => ("email", "e-mail"),
        PersonValue::Project => ("project", "project"),
        PersonValue::CostCenter => ("cost_center", "cost center of the project"),
        PersonValue::DataClass => ("data_class", "data class of the project"),
        PersonValue::ShortUserId => ("short_user_id", "Studio user id, cut short"),
        PersonValue::EnvironmentName => ("environment_name", "name of the environment"),
    }
}

#[component]
fn BindingForm(
    product: String,
    parameters: Vec<Parameter>,
    accounts: Vec<ProjectAccount>,
    state: FormState,
) -> impl IntoView {
    let parameters = parameters.into_iter().map(|p| Choice::plain(p.key)).collect();
    let accounts = std::iter::once(Choice::new("", "All accounts"))
        .chain(accounts.into_iter().map(|a| Choice::new(a.account.to_string(), format!("{} ({})", a.name, a.account))))
        .collect();
    let sources = vec![
        Choice::new("from_account", "From the account"),
        Choice::new("from_person", "From the person or project"),
        Choice::new("fixed", "Fixed value"),
        Choice::new("choice", "One of several values"),
        Choice::new("ask", "Asked"),
    ];
    let account_values = [
        AccountValue::AccountId,
        AccountValue::Region,
        AccountValue::Stage,
        AccountValue::VpcId,
        AccountValue::SubnetIds,
        AccountValue::SecurityGroupIds,
        AccountValue::KmsKeyArn,
        AccountValue::StudioDomainId,
    ]
    .map(|v| account_value(v).0)
    .join(", ");
    let person_values = [
        PersonValue::StudioUserId,
        PersonValue::Email,
        PersonValue::Project,
        PersonValue::CostCenter,
        PersonValue::DataClass,
        PersonValue::EnvironmentName,
        PersonValue::ShortUserId,
    ]
    .map(|v| person_value(v).0)
    .join(", ");
    let help = format!(
        "From the account: one of {account_values}. From the person: one of {person_values}. Several values: one a line. Asked: leave it empty."
    );
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_parameter_binding" novalidate>
            <Hidden name="form" value="binding" />
            <Hidden name="product" value=product />
            <Select label="Parameter" name="parameter" choices=parameters part="binding" state=state.clone() />
            <Select label="Account" name="account" choices=accounts required=false part="binding" state=state.clone() />
            <Select label="Where the value comes from" name="source" choices=sources part="binding" state=state.clone() />
            <TextArea label="Value" name="value" help=help required=false lines=3 part="binding" state />
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save binding"</button></p>
        </form>
    }
}
