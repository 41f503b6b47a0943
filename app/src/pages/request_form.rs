use domain::view::{FormControl, FormField, FormState, RequestFormPage};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Choice, Crumb, Disclosure, ErrorSummary, Hidden, PageHead, PairList, Select, TextArea, TextField,
    Tone, only_known_fields,
};
use crate::document::Page;
use crate::words;

/// The form for a product, made of its parameters and their bindings.
pub fn page(mut form: RequestFormPage) -> Page {
    let mut known = vec!["artifact", "target", "name", "justification", "lease_days"];
    known.extend(form.fields.iter().chain(&form.tag_fields).map(|field| field.name.as_str()));
    form.state = only_known_fields(std::mem::take(&mut form.state), &known);
    let title = format!("Request {}", form.product_name);
    let state = form.state.clone();
    let crumbs = vec![
        Crumb::new("/catalog", "Catalog"),
        Crumb::new(format!("/catalog/{}", form.product), form.product_name.clone()),
    ];
    if form.targets.is_empty() {
        let body = view! {
            <PageHead title=title.clone() crumbs />
            <Callout tone=Tone::Warn title="There is no account to request it into.">
                <p>"None of your projects may use this product in an account it works in. The platform team gives access."</p>
            </Callout>
        };
        return Page::new(title, body);
    }
    let body = view! {
        <PageHead title=title.clone() crumbs lead="You see here everything that is decided by you. The rest is set by the platform." />
        <ErrorSummary state=form.state.clone() />
        <Which form=form.clone() />
        <Details form />
    };
    Page::new(title, body).with_errors(&state)
}

/// Version and account decide which fields there are: a form of its own, so that a change needs no JavaScript.
#[component]
fn Which(form: RequestFormPage) -> impl IntoView {
    let versions = form
        .versions
        .iter()
        .map(|version| {
            let note = if version.deprecated {
                " (deprecated)"
            } else if version.preferred {
                " (offered first)"
            } else {
                ""
            };
            Choice::new(version.id.to_string(), format!("{}{note}", version.name))
        })
        .collect();
    let targets = form
        .targets
        .iter()
        .map(|t| {
            let label =
                format!("{} / {} \u{b7} {} ({}, {})", t.project, t.stage.label(), t.account_name, t.account, t.region);
            Choice::new(t.value.clone(), label)
        })
        .collect();
    // Values of the address, not of the draft: an error on them is shown here all the same.
    let state = FormState { errors: form.state.errors.clone(), ..FormState::default() };
    view! {
        <Card title="Version and account">
            <form class="fieldset" method="get" action=format!("/catalog/{}/request", form.product)>
                <div class="grid gap-4 lg:grid-cols-2">
                    <Select label="Version" name="artifact" value=form.artifact.to_string() choices=versions state=state.clone() />
                    <Select label="Account" name="target" value=form.target choices=targets state />
                </div>
                <p class="actions">
                    <button class="button" type="submit">"Show the form for this"</button>
                    <span class="text-sm text-muted">"Changing either may change the fields below."</span>
                </p>
            </form>
        </Card>
    }
}

#[component]
fn Details(form: RequestFormPage) -> impl IntoView {
    let state = form.state.clone();
    // Their names go along, so that no draft keeps their values.
    let secrets = form
        .fields
        .iter()
        .filter(|field| matches!(field.control, FormControl::Secret { .. }))
        .map(|field| field.name.as_str())
        .collect::<Vec<_>>()
        .join(",");
    let usage = (!form.usage_instructions.is_empty()).then(|| {
        let lines = form.usage_instructions.clone().into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Info title="From the people who made this version">
                <ul class="grid list-disc gap-1 pl-5">{lines}</ul>
            </Callout>
        }
    });
    let drawn = |fields: &[FormField]| {
        fields.iter().map(|field| view! { <Generated field=field.clone() state=state.clone() /> }).collect::<Vec<_>>()
    };
    let parameters = (!form.fields.is_empty()).then(|| {
        let fields = drawn(&form.fields);
        view! { <Card title="Parameters"><div class="fieldset">{fields}</div></Card> }
    });
    let tags = (!form.tag_fields.is_empty()).then(|| {
        let fields = drawn(&form.tag_fields);
        view! {
            <Card title="Tags" note="From the TagOptions of the product">
                <div class="fieldset sm:grid-cols-2">{fields}</div>
            </Card>
        }
    });
    let bound = (!form.bound.is_empty()).then(|| {
        view! {
            <Disclosure summary=format!("What the platform sets for you ({})", form.bound.len())>
                <PairList pairs=form.bound.clone() />
            </Disclosure>
        }
    });
    let lease = format!(
        "From 1 to {}; the environment is due to be terminated after that.",
        words::count(form.max_lease_days, "day", "days")
    );
    view! {
        <form class="stack" method="post" action="/api/submit_request" novalidate>
            <Hidden name="product" value=form.product.to_string() />
            <Hidden name="artifact" value=form.artifact.to_string() />
            <Hidden name="target" value=form.target.clone() />
            <Hidden name="form_token" value=form.form_token.clone() />
            <Hidden name="noecho" value=secrets />
            {usage}
            <Card title="About this request">
                <div class="fieldset">
                    <TextField
                        label="Name"
                        name="name"
                        help="How you and your team find the environment again. Letters, digits, dots, dashes and underscores."
                        value=form.suggested_name.clone()
                        state=state.clone()
                    />
                    <TextArea
                        label="What you need it for"
                        name="justification"
                        help="Whoever decides reads this first."
                        state=state.clone()
                    />
                    <TextField
                        label="Lease in days"
                        name="lease_days"
                        inputmode="numeric"
                        help=lease
                        value=form.max_lease_days.min(30).to_string()
                        state=state.clone()
                    />
                </div>
            </Card>
            {parameters}
            {tags}
            {bound}
            <div class="stack gap-3">
                <p><strong>"Approval: "</strong>{form.approval.clone()}</p>
                <p class="actions">
                    <button class="button button-primary" type="submit">"Submit request"</button>
                    <a class="button button-quiet" href=format!("/catalog/{}", form.product)>"Cancel"</a>
                </p>
            </div>
        </form>
    }
}

/// A field as its control says.
#[component]
fn Generated(field: FormField, state: FormState) -> impl IntoView {
    let FormField { name, label, help, default, control, required, limits } = field;
    let value = default.unwrap_or_default();
    match control {
        FormControl::Choice { values } => {
            let mut choices: Vec<_> = values.into_iter().map(Choice::plain).collect();
            if value.is_empty() {
                choices.insert(0, Choice::new("", if required { "Choose one" } else { "None" }));
            }
            view! { <Select label name help limits value choices state required /> }.into_any()
        }
        FormControl::Number { .. } => view! {
            <TextField label name help limits value state required inputmode="decimal" />
        }
        .into_any(),
        FormControl::Secret { .. } => {
            let help =
                format!("{help} Not shown again, kept encrypted until it is used, then erased.").trim().to_owned();
            view! { <TextField label name help limits state required kind="password" autocomplete="new-password" /> }
                .into_any()
        }
        FormControl::Text { .. } => view! { <TextField label name help limits value state required /> }.into_any(),
    }
}
