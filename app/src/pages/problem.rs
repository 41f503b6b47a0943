use std::collections::BTreeMap;

use domain::draft::RETYPE_FIELD;
use domain::problem::{FieldError, Problem};
use domain::view::FormState;
use leptos::prelude::*;

use crate::components::{
    Callout, Card, ErrorSummary, Fact, Facts, Hidden, PageHead, TextArea, TextField, Tone, field_label,
};
use crate::document::Page;

/// A form that was not accepted and that no draft could keep: the page itself holds it.
#[derive(Clone, Debug, Default)]
pub struct Unkept {
    /// Where it is posted to.
    pub endpoint: String,
    /// What was typed, without secrets.
    pub fields: BTreeMap<String, String>,
    /// The fields that are secrets: they have to be typed again.
    pub secrets: Vec<String>,
    pub errors: Vec<FieldError>,
    /// Why it could not be kept; empty where the page says so already.
    pub why: String,
}

/// Fields that people do not read: they go along hidden, unless there is something wrong with them.
const UNSEEN: [&str; 11] = [
    "artifact",
    "decision",
    "drawn_for",
    "form",
    "form_token",
    "id",
    "parameter",
    "product",
    "target",
    "version",
    RETYPE_FIELD,
];
/// Longer texts get several lines.
const ONE_LINE: usize = 80;

/// What happened, why, what to do next, and the id that finds it in the log. `back` is the address of the form that was
/// posted, with what was typed.
pub fn page(status: u16, problem: Problem, request_id: Option<String>, back: Option<String>) -> Page {
    let actions = view! {
        <p class="actions">
            {back.map(|href| view! { <a class="button button-primary" href=href>"Go back"</a> })}
            <a class="button" href="/">"Go to the home page"</a>
        </p>
    };
    document(status, problem, request_id, actions.into_any(), ().into_any())
}

/// The same, with the form that was posted: it can be sent again from here.
pub fn unkept(status: u16, problem: Problem, request_id: Option<String>, form: Unkept) -> Page {
    let sign_in = (status == 401).then(|| {
        view! {
            <p class="actions">
                <a class="button" href="/auth/login" target="_blank">
                    "Sign in" <span class="sr-only">" (in a new tab)"</span>
                </a>
            </p>
        }
    });
    document(status, problem, request_id, sign_in.into_any(), view! { <SendAgain form /> }.into_any())
}

fn document(status: u16, problem: Problem, request_id: Option<String>, actions: AnyView, below: AnyView) -> Page {
    let title = match status {
        401 => "Signed out",
        403 => "Not allowed",
        404 => "Not found",
        409 => "Changed meanwhile",
        422 | 400 => "Not accepted",
        429 => "Too many",
        502 => "AWS did not do it",
        _ => "Not possible now",
    };
    titled(title, problem, request_id, actions, below)
}

/// Why a sign-in came to nothing, with the way to try it again: `sign_in` leads to the page that was asked for.
pub fn not_signed_in(problem: Problem, request_id: String, sign_in: String) -> Page {
    let actions = view! {
        <p class="actions">
            <a class="button button-primary" href=sign_in>"Sign in again"</a>
            <a class="button" href="/">"Go to the home page"</a>
        </p>
    };
    titled("Not signed in", problem, Some(request_id), actions.into_any(), ().into_any())
}

fn titled(title: &'static str, problem: Problem, request_id: Option<String>, actions: AnyView, below: AnyView) -> Page {
    let body = view! {
        <PageHead title=problem.what.clone() />
        <section class="card max-w-3xl">
            <div class="card-body">
                <Facts wide=true>
                    <Fact term="Why">{problem.why}</Fact>
                    <Fact term="What to do">{problem.next}</Fact>
                    {request_id
                        .map(|id| view! { <Fact term="Request id"><code>{id}</code></Fact> })}
                </Facts>
                {actions}
            </div>
        </section>
        {below}
    };
    Page::new(title, body)
}

/// What was typed, to be sent again; what can be read can be changed before.
#[component]
fn SendAgain(form: Unkept) -> impl IntoView {
    let Unkept { endpoint, fields, secrets, errors, why } = form;
    let state = FormState { values: fields.clone(), errors };
    let (hidden, seen): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| UNSEEN.contains(&name.as_str()) && state.error(name).is_none());
    let hidden =
        hidden.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    let draw = |(name, value): (String, String)| {
        let (label, state) = (field_label(&name), state.clone());
        if value.contains('\n') || value.len() > ONE_LINE {
            view! { <TextArea label name required=false filter=true state /> }.into_any()
        } else {
            view! { <TextField label name required=false filter=true state /> }.into_any()
        }
    };
    let seen = seen.into_iter().map(draw).collect_view();
    let draw = |name: &String| {
        let (label, name, state) = (field_label(name), name.clone(), state.clone());
        view! { <TextField label name required=false filter=true kind="password" autocomplete="new-password" state /> }
    };
    let typed_again = secrets.iter().map(draw).collect_view();
    let noecho = secrets.join(",");
    let note = (!why.is_empty()).then(|| view! { <p>{why}</p> });
    view! {
        <Callout tone=Tone::Warn title="What you typed is on this page alone. Do not close it before it is sent.">
            {note}
        </Callout>
        <ErrorSummary state=state.clone() title="What is wrong with it" />
        <Card title="What you typed">
            <form class="stack gap-4" method="post" action=endpoint novalidate>
                {hidden}
                {(!noecho.is_empty()).then(|| view! { <Hidden name="noecho" value=noecho /> })}
                {seen}
                {typed_again}
                <p class="actions">
                    <button class="button button-primary" type="submit">"Send again"</button>
                </p>
            </form>
        </Card>
    }
}
