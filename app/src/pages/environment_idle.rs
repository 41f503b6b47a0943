use domain::idle::{IdleVerdict, Kept, LONGEST_MARK, RUNNING_JOB_TAG, Untold};
use domain::lease::last_day;
use domain::view::{FormState, IdleView, JobMarkView};
use leptos::prelude::*;

use crate::components::{Choice, Day, Disclosure, Hidden, Moment, PostButton, Select, TextArea, TextField};

/// What becomes of something that runs: until when it may be idle, or why it is not stopped.
#[component]
pub fn Idleness(idle: IdleView) -> impl IntoView {
    let tagged = match (&idle.verdict, &idle.tagged) {
        (IdleVerdict::NoRule | IdleVerdict::Never { .. }, Some(reason)) => {
            let text = format!("Tagged {RUNNING_JOB_TAG} at AWS: {reason}.");
            Some(view! { <p class="row-sub">{text}</p> })
        }
        _ => None,
    };
    view! { <Standing verdict=idle.verdict /> {tagged} }
}

#[component]
fn Standing(verdict: IdleVerdict) -> impl IntoView {
    match verdict {
        IdleVerdict::NoRule => view! { <p class="row-sub">"Not stopped for being idle: no rule is for it."</p> }.into_any(),
        IdleVerdict::Never { rule } => {
            view! { <p class="row-sub">{format!("Not stopped for being idle. The rule: {rule}.")}</p> }.into_any()
        }
        IdleVerdict::Waits { rule, last_used, stops_at } => view! {
            <p class="row-sub">"Idle since " <Moment at=last_used /> "; stopped on " <Moment at=stops_at /> " unless it is used before. " {format!("The rule: {rule}.")}</p>
        }
        .into_any(),
        IdleVerdict::Stops(stop) => view! {
            <p class="row-sub">"Idle since " <Moment at=stop.last_used /> "; it is stopped at the next look. " {format!("The rule: {}.", stop.rule)}</p>
        }
        .into_any(),
        IdleVerdict::Kept { rule, last_used, because } => {
            let since = last_used.map(|at| view! { "Idle since " <Moment at /> ". " });
            view! { <p class="row-sub">{since} <Why because /> " " {format!("The rule: {rule}.")}</p> }.into_any()
        }
    }
}

#[component]
fn Why(because: Kept) -> impl IntoView {
    let told = |text: String| view! { {format!("Not stopped: {text}.")} }.into_any();
    match because {
        Kept::Starting => told("it is starting".to_owned()),
        Kept::Untold { untold } => told(untold_in_words(untold)),
        Kept::RunsJob { reason, until: None } => told(format!("it is tagged {RUNNING_JOB_TAG} at AWS: {reason}")),
        Kept::RunsJob { reason, until: Some(until) } => {
            view! { {format!("Not stopped: it runs a job ({reason}), until ")} <Moment at=until /> "." }.into_any()
        }
        Kept::Held { until } => {
            view! { "Not stopped: a lead holds the environment until the end of " <Day at=last_day(until) /> "." }
                .into_any()
        }
        Kept::AtWork => told("an operation is at work".to_owned()),
        Kept::Failed { why, again } => {
            view! { {format!("Not stopped: AWS refused. {why} The portal tries again after ")} <Moment at=again /> "." }
                .into_any()
        }
    }
}

fn untold_in_words(untold: Untold) -> String {
    match untold {
        Untold::NotebookInstance => "SageMaker tells no activity of notebook instances".to_owned(),
        Untold::App => "SageMaker tells no activity of this app".to_owned(),
        Untold::HealthCheck => "SageMaker tells no activity apart from its own last health check".to_owned(),
        Untold::NotAsked => "SageMaker was not asked for its activity yet".to_owned(),
        Untold::Refused { why } => format!("SageMaker did not tell its activity ({})", why.trim_end_matches('.')),
    }
}

/// Somebody's word that something runs a job, and the way to take it back. `name` is what the thing is called.
#[component]
pub fn Marked(id: String, what: String, name: String, mark: JobMarkView, marks: bool) -> impl IntoView {
    let JobMarkView { by, reason, until } = mark;
    let unmark = marks.then(|| {
        let described = format!("It runs no job any more: {name}");
        let fields = vec![("id", id), ("what", what)];
        view! { <PostButton action="/api/unmark_running_job" label="It runs no job any more" described class="button button-small" fields /> }
    });
    view! {
        <div class="row-sub flex flex-wrap items-center gap-2">
            <span>{format!("Marked by {by} as running a job: {reason}. Until ")} <Moment at=until /> "."</span>
            {unmark}
        </div>
    }
}

/// Says that something runs a job, for a while. `choices` are the things that run.
#[component]
pub fn MarkForm(id: String, choices: Vec<Choice>, state: FormState) -> impl IntoView {
    let open = ["what", "job_reason", "job_hours"].iter().any(|name| state.error(name).is_some());
    let hours = format!("1 to {}; after that it can be said anew.", LONGEST_MARK.num_hours());
    view! {
        <Disclosure summary="Something here runs a job" open id="job">
            <form class="stack gap-4" method="post" action="/api/mark_running_job" novalidate>
                <Hidden name="id" value=id />
                <Select label="What" name="what" choices state=state.clone() />
                <TextArea
                    label="What it does" name="job_reason" state=state.clone() lines=2
                    help="It is not stopped for being idle meanwhile. Whoever pays for it reads this."
                />
                <TextField label="For how many hours" name="job_hours" state inputmode="numeric" help=hours />
                <p class="actions"><button class="button" type="submit">"Mark it"</button></p>
            </form>
        </Disclosure>
    }
}
