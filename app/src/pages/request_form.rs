use domain::draft::RETYPE_FIELD;
use domain::view::{FormControl, FormField, FormState, RequestFormPage};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Choice, Crumb, Disclosure, ErrorSummary, Hidden, PageHead, PairList, ProblemCallout, Select,
    TextArea, TextField, Tone, field_label, only_known_fields,
};
use crate::document::Page;
use crate::pages::preflight::PreflightCard;
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
    let lead = "You see here everything that is decided by you. The rest is set by the platform. \
                Fields marked with * are required.";
    let body = view! {
        <PageHead title=title.clone() crumbs lead />
        {form.blocked.clone().map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
        <ErrorSummary state=form.state.clone() />
        <Whole form />
    };
    Page::new(title, body).with_errors(&state)
}

/// Version and account decide which fields there are; the button beside them asks for those, and keeps what was typed.
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
    let targets = form.targets.iter().map(|t| {
        let label =
            format!("{} / {} \u{b7} {} ({}, {})", t.project, t.stage.label(), t.account_name, t.account, t.region);
        Choice::new(t.value.clone(), label)
    });
    // What was asked for is not there: nothing else is chosen for anybody.
    let none = form.target.is_empty().then(|| Choice::new("", "Choose an account"));
    let targets = none.into_iter().chain(targets).collect();
    // What the form is drawn for, whatever the draft says: only their errors come from there.
    let state = FormState { errors: form.state.errors.clone(), ..FormState::default() };
    view! {
        <Card title="Version and account">
            <div class="fieldset">
                <div class="grid gap-4 lg:grid-cols-2">
                    <Select label=field_label("artifact") name="artifact" value=form.artifact.to_string() choices=versions state=state.clone() />
                    <Select label=field_label("target") name="target" value=form.target choices=targets state />
                </div>
                <p class="actions">
                    <button class="button" type="submit" formaction="/api/show_request_form">"Show the form for this"</button>
                    <span class="text-sm text-muted">"Changing either may change the fields below. What you typed stays."</span>
                </p>
            </div>
        </Card>
    }
}

/// One form, so that what is chosen above is what is asked for, and nothing that was typed is left behind.
#[component]
fn Whole(form: RequestFormPage) -> impl IntoView {
    let (state, drawn_for) = (form.state.clone(), form.drawn_for());
    let retype = state.value(RETYPE_FIELD).unwrap_or_default().to_owned();
    let retyped: Vec<String> = retype.split(',').map(str::to_owned).collect();
    let secrets = secret_names(&form.fields);
    let usage = view! { <UsageInstructions lines=form.usage_instructions.clone() /> };
    let drawn = |fields: &[FormField]| {
        fields.iter().map(|field| view! { <Generated field=field.clone() state=state.clone() retyped=retyped.contains(&field.name) /> }).collect::<Vec<_>>()
    };
    let parameters = (!form.fields.is_empty()).then(|| {
        let fields = drawn(&form.fields);
        view! { <Card title="Parameters"><div class="fieldset">{fields}</div></Card> }
    });
    let tags = (!form.tag_fields.is_empty()).then(|| {
        let fields = drawn(&form.tag_fields);
        view! {
            <Card title="Tags" note="From the TagOptions of the product, and the tag policy">
                <div class="fieldset sm:grid-cols-2">{fields}</div>
            </Card>
        }
    });
    let which = view! { <Which form=form.clone() /> };
    let bound = (!form.bound.is_empty()).then(|| {
        view! {
            <Disclosure summary=format!("What the platform sets for you ({})", form.bound.len())>
                <PairList pairs=form.bound.clone() />
            </Disclosure>
        }
    });
    let lease = format!(
        "From 1 to {}. At the end it is stopped and no longer opened, and a week later terminated; it can be extended.",
        words::count(form.max_lease_days, "day", "days")
    );
    let open = form.blocked.is_none();
    // The Enter key presses the first button of a form, and means this one.
    let by_enter = open.then(|| {
        view! { <button class="sr-only" type="submit" tabindex="-1" aria-hidden="true">"Submit request"</button> }
    });
    let submit = if open {
        view! { <button class="button button-primary" type="submit">"Submit request"</button> }.into_any()
    } else {
        view! { <p class="text-muted">"It cannot be submitted: see the top of the page."</p> }.into_any()
    };
    view! {
        <form class="stack" method="post" action="/api/submit_request" novalidate>
            <Hidden name="product" value=form.product.to_string() />
            <Hidden name="drawn_for" value=drawn_for />
            <Hidden name="form_token" value=form.form_token.clone() />
            <Hidden name="draft" value=form.draft.clone() />
            <Hidden name="noecho" value=secrets />
            {(!retype.is_empty()).then(|| view! { <Hidden name=RETYPE_FIELD value=retype /> })}
            {by_enter}
            {which}
            {usage}
            <Card title="About this request">
                <div class="fieldset">
                    <TextField
                        label="Name"
                        name="name"
                        help="How you and your team find the environment again. Up to 64 letters, digits, dots, dashes and underscores, a letter or digit first."
                        value=form.suggested_name.clone()
                        state=state.clone()
                    />
                    <TextArea
                        label=field_label("justification")
                        name="justification"
                        help="Whoever decides reads this first. Up to 2000 characters."
                        state=state.clone()
                    />
                    <TextField
                        label=field_label("lease_days")
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
                {form.preflight.clone().map(|preflight| view! { <PreflightCard preflight /> })}
                <p><strong>"Approval: "</strong>{form.approval.clone()}</p>
                <p class="actions">
                    {submit}
                    <a class="button button-quiet" href=format!("/catalog/{}", form.product)>"Cancel"</a>
                </p>
            </div>
        </form>
    }
}

/// The names of the secrets, which go along so that no draft keeps their values.
pub(super) fn secret_names(fields: &[FormField]) -> String {
    let secrets = fields.iter().filter(|field| matches!(field.control, FormControl::Secret { .. }));
    secrets.map(|field| field.name.as_str()).collect::<Vec<_>>().join(",")
}

/// What the makers of a version say of it.
#[component]
pub(super) fn UsageInstructions(lines: Vec<String>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Info title="From the people who made this version">
                <ul class="grid list-disc gap-1 pl-5">{lines}</ul>
            </Callout>
        }
    })
}

/// A field as its control says.
#[component]
pub(super) fn Generated(
    field: FormField,
    mut state: FormState,
    /// A secret that was typed before and is not kept.
    retyped: bool,
) -> impl IntoView {
    let FormField { name, label, help, default, control, required, limits } = field;
    let value = default.unwrap_or_default();
    match control {
        FormControl::Choice { values } => {
            let mut choices: Vec<_> = values.into_iter().map(Choice::plain).collect();
            // What was chosen before and is not offered here: the browser would show the first one instead.
            if state.value(&name).is_some_and(|typed| !choices.iter().any(|choice| choice.value == typed)) {
                state.values.remove(&name);
            }
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
            let by_default = (retyped && !required).then(|| {
                let box_name = format!("keep_default[{}", name.split_once('[').map_or("", |(_, key)| key));
                view! {
                    <label class="check">
                        <input type="checkbox" name=box_name value="yes" />
                        {format!("Leave {label} empty after all")}
                    </label>
                }
            });
            view! {
                <TextField label name help limits state required kind="password" autocomplete="new-password" />
                {by_default}
            }
            .into_any()
        }
        FormControl::Text { .. } => view! { <TextField label name help limits value state required /> }.into_any(),
    }
}
