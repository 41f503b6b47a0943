use domain::draft::RETYPE_FIELD;
use domain::view::{FormState, UpdateFormPage};
use leptos::prelude::*;

use super::preflight::PreflightCard;
use super::request_form::{Generated, UsageInstructions, secret_names};
use super::update_preview::PreviewCard;
use crate::components::{
    Callout, Card, Choice, Crumb, ErrorSummary, Hidden, PageHead, ProblemCallout, Select, TextArea, Tone, field_label,
    only_known_fields,
};
use crate::document::Page;

/// The form of an update: another version, or other values, with what that would do.
pub fn page(mut form: UpdateFormPage) -> Page {
    let mut known = vec!["artifact", "justification"];
    known.extend(form.fields.iter().map(|field| field.name.as_str()));
    form.state = only_known_fields(std::mem::take(&mut form.state), &known);
    let title = format!("Update {}", form.name);
    let state = form.state.clone();
    let crumbs = vec![
        Crumb::new("/environments", "Environments"),
        Crumb::new(format!("/environments/{}", form.id), form.name.clone()),
    ];
    let lead = format!("{}, now in version {}.", form.product_name, form.version_name);
    let waiting = form.waiting.as_ref().map(|request| {
        view! { <p class="actions"><a class="button" href=format!("/requests/{request}")>"Go to the request"</a></p> }
    });
    let body = view! {
        <PageHead title=title.clone() crumbs lead />
        {form.blocked.clone().map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
        {waiting}
        <ErrorSummary state=form.state.clone() />
        <Whole form />
    };
    Page::new(title, body).with_errors(&state)
}

#[component]
fn Whole(form: UpdateFormPage) -> impl IntoView {
    let state = form.state.clone();
    let retype = state.value(RETYPE_FIELD).unwrap_or_default().to_owned();
    let retyped = |name: &str| retype.split(',').any(|typed| typed == name);
    let secrets = secret_names(&form.fields);
    let open = form.blocked.is_none();
    let by_enter = open.then(|| {
        view! { <button class="sr-only" type="submit" tabindex="-1" aria-hidden="true">"Ask for the update"</button> }
    });
    let submit = if open {
        view! { <button class="button button-primary" type="submit">"Ask for the update"</button> }.into_any()
    } else {
        view! { <p class="text-muted">"It cannot be asked for: see the top of the page."</p> }.into_any()
    };
    let fields = (!form.fields.is_empty()).then(|| {
        let fields = form
            .fields
            .iter()
            .map(|field| view! { <Generated field=field.clone() state=state.clone() retyped=retyped(&field.name) /> })
            .collect_view();
        view! { <Card title="Parameters" note="Filled with what it has"><div class="fieldset">{fields}</div></Card> }
    });
    let runs = form.runs.then(|| {
        let stop = format!("/environments/{}#runs", form.id);
        view! {
            <Callout tone=Tone::Warn title="Something runs in it.">
                <p>"AWS does not change or replace what is in use. " <a href=stop>"Stop what runs"</a> " before the update is made."</p>
            </Callout>
        }
    });
    view! {
        <form class="stack" method="post" action="/api/submit_update" novalidate>
            <Hidden name="id" value=form.id.to_string() />
            <Hidden name="version" value=form.version.to_string() />
            <Hidden name="drawn_for" value=form.artifact.to_string() />
            <Hidden name="draft" value=form.draft.clone() />
            <Hidden name="noecho" value=secrets />
            {(!retype.is_empty()).then(|| view! { <Hidden name=RETYPE_FIELD value=retype /> })}
            {by_enter}
            <Which form=form.clone() />
            <UsageInstructions lines=form.usage_instructions.clone() />
            {fields}
            <Card title="About this update">
                <div class="fieldset">
                    <TextArea
                        label=field_label("justification")
                        name="justification"
                        help="Whoever decides reads this first. Up to 2000 characters."
                        state
                    />
                </div>
            </Card>
            <PreviewCard preview=form.preview.clone() note="For the values above, once the form is shown for them" />
            {runs}
            <PreflightCard preflight=form.preflight.clone() />
            <div class="stack gap-3">
                <p><strong>"Approval: "</strong>{form.approval.clone()}</p>
                <p class="actions">
                    {submit}
                    <button class="button" type="submit" formaction="/api/show_update_form">"Show what it does"</button>
                    <a class="button button-quiet" href=format!("/environments/{}", form.id)>"Cancel"</a>
                </p>
            </div>
        </form>
    }
}

/// The version decides which fields there are.
#[component]
fn Which(form: UpdateFormPage) -> impl IntoView {
    let versions = form
        .versions
        .iter()
        .map(|version| {
            let note = match (version.name == form.version_name, version.deprecated, version.preferred) {
                (true, _, _) => " (the one it has)",
                (_, true, _) => " (deprecated)",
                (_, _, true) => " (offered first)",
                _ => "",
            };
            Choice::new(version.id.to_string(), format!("{}{note}", version.name))
        })
        .collect();
    // What the form is drawn for, whatever the draft says: only their errors come from there.
    let state = FormState { errors: form.state.errors.clone(), ..FormState::default() };
    view! {
        <Card title="Version">
            <div class="fieldset">
                <Select label=field_label("artifact") name="artifact" value=form.artifact.to_string() choices=versions state />
                <p class="actions">
                    <button class="button" type="submit" formaction="/api/show_update_form">"Show the form for this"</button>
                    <span class="text-sm text-muted">"Another version may have other fields. What you typed stays."</span>
                </p>
            </div>
        </Card>
    }
}
