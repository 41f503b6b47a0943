use std::collections::BTreeMap;

use domain::binding::{AccountValue, BindingSource, ParameterBinding, PersonValue, never_asked};
use domain::catalog::Parameter;
use domain::project::ProjectAccount;
use domain::view::{FormState, Removal};
use leptos::prelude::*;

use crate::components::{
    Badge, Callout, Choice, Empty, Hidden, Icon, PairList, PostButton, Remove, Select, Table, TextArea, Tone,
    form_version,
};
use crate::words;

/// What the portal would bind.
#[component]
pub fn Proposals(product: String, proposals: BTreeMap<String, String>, manage: bool) -> impl IntoView {
    let number = words::count(proposals.len() as u64, "binding", "bindings");
    view! {
        <Callout tone=Tone::Info title=format!("The portal proposes {number}, by the names of the parameters.")>
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

/// Parameters without which requests are refused.
#[component]
pub fn Unbound(unbound: BTreeMap<String, Vec<String>>) -> impl IntoView {
    let number = words::count(unbound.len() as u64, "parameter", "parameters");
    let items = unbound
        .into_iter()
        .map(|(key, accounts)| {
            let place =
                if accounts.is_empty() { "everywhere".to_owned() } else { format!("in {}", accounts.join(", ")) };
            view! { <li><code>{key}</code>": "{place}</li> }
        })
        .collect_view();
    view! {
        <Callout tone=Tone::Warn title=format!("{number} must be bound: until then requests are refused.")>
            <p>"Nobody may choose them, and the template has no default."</p>
            <ul class="grid list-disc gap-1 pl-5">{items}</ul>
        </Callout>
    }
}

/// The most versions that are named which ask for a parameter.
const VERSIONS: usize = 3;

/// Each parameter with where its value comes from.
#[component]
pub fn Bindings(
    parameters: Vec<Parameter>,
    asked_by: BTreeMap<String, Vec<String>>,
    bindings: Vec<ParameterBinding>,
    accounts: Vec<ProjectAccount>,
    unbound: BTreeMap<String, Vec<String>>,
    left_to_default: Vec<String>,
    removals: BTreeMap<String, Removal>,
    manage: bool,
) -> impl IntoView {
    if parameters.is_empty() {
        return view! { <Empty title="The template has no parameters."></Empty> }.into_any();
    }
    let rows = parameters
        .into_iter()
        .map(|parameter| {
            let mine: Vec<_> = bindings.iter().filter(|b| b.parameter == parameter.key).cloned().collect();
            let none = mine.is_empty().then(|| {
                let default = parameter.default.as_deref().unwrap_or_default();
                let text = if left_to_default.contains(&parameter.key) {
                    format!("Template's default: \u{201c}{default}\u{201d}. Nobody may choose it.")
                } else if never_asked(&parameter) {
                    String::new()
                } else if parameter.default.is_some() {
                    format!("Asked; the template's default is \u{201c}{default}\u{201d}")
                } else {
                    "Asked".to_owned()
                };
                (!text.is_empty()).then(|| view! { <p class="text-muted">{text}</p> })
            });
            let missing = unbound.get(&parameter.key).map(|accounts| {
                let place = (!accounts.is_empty()).then(|| format!("In {}", accounts.join(", ")));
                view! {
                    <p><Badge tone=Tone::Warn icon=Icon::Warning text="Must be bound" /></p>
                    {place.map(|place| view! { <p class="text-muted">{place}</p> })}
                }
            });
            let items = mine
                .into_iter()
                .map(|binding| {
                    let removal = removals.get(binding.id.as_str()).cloned();
                    view! { <Binding binding accounts=accounts.clone() removal manage /> }
                })
                .collect::<Vec<_>>();
            let asked_by = asked_by.get(&parameter.key).map(|versions| {
                let first = versions.iter().take(VERSIONS).cloned().collect::<Vec<_>>().join(", ");
                let more = match versions.len().saturating_sub(VERSIONS) {
                    0 => String::new(),
                    more => format!(" and {}", words::count(more as u64, "other", "others")),
                };
                view! { <span class="block font-normal text-muted">{format!("in {first}{more} alone")}</span> }
            });
            let items = (!items.is_empty()).then(|| view! { <ul class="grid gap-2">{items}</ul> });
            view! {
                <tr>
                    <th scope="row">
                        <code>{parameter.key.clone()}</code>
                        <span class="block font-normal text-muted">{parameter.kind}</span>
                        {asked_by}
                    </th>
                    <td data-label="Meaning" class="md:min-w-64">{parameter.description}</td>
                    <td data-label="Value" class="md:min-w-64">{missing} {none} {items}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table label="Parameters and bindings" columns=vec!["Parameter", "Meaning", "Value"] stack=true>{rows}</Table> }
        .into_any()
}

#[component]
fn Binding(
    binding: ParameterBinding,
    accounts: Vec<ProjectAccount>,
    removal: Option<Removal>,
    manage: bool,
) -> impl IntoView {
    let place = place(&binding, &accounts);
    let actions = manage.then(|| {
        let change = format!("/admin/products/{}?edit={}#binding", binding.product, binding.id);
        let label = format!("Change the binding of {} for {place}", binding.parameter);
        let described = format!("Remove the binding of {} for {place}", binding.parameter);
        let fields = vec![("id", binding.id.to_string()), ("product", binding.product.to_string())];
        view! {
            <div class="flex flex-wrap gap-2">
                <a class="button button-small" href=change aria-label=label>"Change"</a>
                <Remove action="/api/remove_parameter_binding" described fields removal />
            </div>
        }
    });
    view! {
        <li class="grid gap-2">
            <span>{source(&binding.source)} <span class="block text-muted">{place.clone()}</span></span>
            {actions}
        </li>
    }
}

fn place(binding: &ParameterBinding, accounts: &[ProjectAccount]) -> String {
    match &binding.account {
        None => "all accounts".to_owned(),
        Some(id) => accounts
            .iter()
            .find(|a| &a.account == id)
            .map_or_else(|| format!("account {id}"), |a| format!("{} ({id})", a.name)),
    }
}

fn source(source: &BindingSource) -> String {
    match source {
        BindingSource::Fixed { value } => format!("Fixed: {value}"),
        BindingSource::FromAccount { value } => from_account(*value),
        BindingSource::FromPerson { value } => from_person(*value),
        BindingSource::Choice { values } => format!("One of: {}", values.join(", ")),
        BindingSource::Ask => "Asked, within the template's limits".to_owned(),
    }
}

fn from_account(value: AccountValue) -> String {
    let value = match value {
        AccountValue::AccountId => "its id",
        AccountValue::Region => "its region",
        AccountValue::Stage => "its stage",
        AccountValue::VpcId => "its VPC",
        AccountValue::SubnetIds => "its subnets",
        AccountValue::SecurityGroupIds => "its security groups",
        AccountValue::KmsKeyArn => "its KMS key",
        AccountValue::StudioDomainId => "its shared Studio domain",
    };
    format!("From the account: {value}")
}

fn from_person(value: PersonValue) -> String {
    let value = match value {
        PersonValue::StudioUserId => "From the person: Studio user id, which is the user profile's name",
        PersonValue::ShortUserId => "From the person: Studio user id, cut short",
        PersonValue::Email => "From the person: e-mail address",
        PersonValue::Project => "From the project: its short name",
        PersonValue::CostCenter => "From the project: its cost center",
        PersonValue::DataClass => "From the project: its data class",
        PersonValue::EnvironmentName => "From the request: name of the environment",
    };
    value.to_owned()
}

/// A new binding, or one that is there: of which parameter it is, and for which account, then stays.
#[component]
pub fn BindingForm(
    product: String,
    parameters: Vec<Parameter>,
    accounts: Vec<ProjectAccount>,
    edited: Option<ParameterBinding>,
    state: FormState,
) -> impl IntoView {
    let account_label = |a: &ProjectAccount| format!("{} ({})", a.name, a.account);
    let (kind, value) = edited.as_ref().map(|b| b.source.posted()).unwrap_or_default();
    let which = if let Some(binding) = &edited {
        let account = binding.account.as_ref().map(ToString::to_string).unwrap_or_default();
        view! {
            <p class="sm:col-span-2">
                <code>{binding.parameter.clone()}</code> " for " {place(binding, &accounts)}
                <Hidden name="parameter" value=binding.parameter.clone() />
                <Hidden name="account" value=account />
                <Hidden name="version" value=form_version(&state, binding.version) />
            </p>
        }
        .into_any()
    } else {
        let parameters = parameters.into_iter().map(|p| Choice::plain(p.key)).collect();
        let choices = std::iter::once(Choice::new("", "All accounts"))
            .chain(accounts.iter().map(|a| Choice::new(a.account.to_string(), account_label(a))))
            .collect();
        view! {
            <Select label="Parameter" name="parameter" choices=parameters part="binding" state=state.clone() />
            <Select label="Account" name="account" choices required=false part="binding" state=state.clone() />
        }
        .into_any()
    };
    let sources = AccountValue::ALL
        .map(|value| (BindingSource::FromAccount { value }, from_account(value)))
        .into_iter()
        .chain(PersonValue::ALL.map(|value| (BindingSource::FromPerson { value }, from_person(value))))
        .map(|(source, label)| Choice::new(source.posted().0, label))
        .chain([
            Choice::new("fixed", "A fixed value, written below"),
            Choice::new("choice", "One of several values, written below"),
            Choice::new("ask", "Asked, within the template's limits"),
        ])
        .collect();
    view! {
        <form class="fieldset sm:grid-cols-2" method="post" action="/api/save_parameter_binding" novalidate>
            <Hidden name="form" value="binding" />
            <Hidden name="product" value=product />
            {which}
            <Select
                label="Where the value comes from"
                name="source"
                value=kind
                choices=sources
                part="binding"
                state=state.clone()
            />
            <TextArea
                label="Value"
                name="value"
                help="The fixed value, or the values to choose from, one a line. For all else leave it empty."
                value
                required=false
                lines=3
                part="binding"
                state
            />
            <p class="actions sm:col-span-2"><button class="button button-primary" type="submit">"Save binding"</button></p>
        </form>
    }
}
