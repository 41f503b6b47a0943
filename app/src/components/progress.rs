use chrono::{DateTime, Utc};
use domain::environment::EnvironmentState;
use domain::view::{OperationView, Progress, StepStatus, StepView, TypicalTime};
use leptos::prelude::*;

use super::stack_events::StackEvents;
use super::{Clock, EnvironmentBadge, Icon, IconView, Moment, ProblemCallout, Tone};
use crate::words;

/// Where an environment stands: its state and what went wrong, the steps of the operation, and AWS's own messages.
#[component]
pub fn ProgressView(progress: Progress, #[prop(optional)] live: bool) -> impl IntoView {
    let Progress { state, problem, operation, events, as_of } = progress;
    let now = summary(operation.as_ref());
    view! {
        <div class="stack">
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <EnvironmentBadge state />
                <span class="text-sm text-muted">"as of " <Clock at=as_of /> " UTC"</span>
                {(!live && state.is_passing()).then(|| view! { <Refresh /> })}
            </div>
            {now.map(|text| view! { <p class="font-semibold">{text}</p> })}
            {problem.map(|problem| view! { <ProblemCallout problem /> })}
            {operation.map(|operation| view! { <Operation operation as_of /> })}
            {(!events.is_empty())
                .then(|| view! { <StackEvents groups=events open=state != EnvironmentState::Available /> })}
        </div>
    }
}

/// Loads the page as it is now, without what stands behind its path: a draft that was shown is not shown again.
#[component]
pub fn Refresh() -> impl IntoView {
    view! { <a class="button button-small" href="?">"Refresh"</a> }
}

/// "Step 3 of 4: Create the resources in AWS".
pub fn summary(operation: Option<&OperationView>) -> Option<String> {
    let operation = operation.filter(|o| o.finished_at.is_none())?;
    let at = operation.steps.iter().position(|s| s.status == StepStatus::Running)?;
    Some(format!("Step {} of {}: {}", at + 1, operation.steps.len(), operation.steps.get(at)?.label))
}

/// The steps of an operation, and what it waits for.
#[component]
pub fn Operation(operation: OperationView, as_of: DateTime<Utc>) -> impl IntoView {
    let OperationView { kind, steps, started_at, finished_at, typical_seconds, trouble, next_run_at } = operation;
    let took = words::duration(finished_at.unwrap_or(as_of) - started_at);
    let told = if finished_at.is_some() { format!("took {took}") } else { format!("for {took}") };
    let usual = typical_seconds
        .map(|seconds| format!("; usually it takes {}", words::typical(Some(TypicalTime { seconds, measured: true }))));
    view! {
        <div class="stack gap-3">
            <p class="text-sm text-muted">
                {words::operation(kind)} " started " <Moment at=started_at /> ", " {told} {usual} "."
            </p>
            <ol class="steps">
                {steps.into_iter().map(|step| view! { <StepItem step began=started_at as_of /> }).collect_view()}
            </ol>
            {trouble.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
            {next_run_at
                .map(|at| view! { <p class="text-sm text-muted">"The portal tries again at " <Clock at /> " UTC."</p> })}
        </div>
    }
}

#[component]
fn StepItem(step: StepView, began: DateTime<Utc>, as_of: DateTime<Utc>) -> impl IntoView {
    let StepView { label, status, started_at, finished_at, detail } = step;
    let (tone, icon, word) = match status {
        StepStatus::Waiting => (Tone::Neutral, Icon::Minus, "Waiting"),
        StepStatus::Running => (Tone::Info, Icon::Running, "Running"),
        StepStatus::Done => (Tone::Good, Icon::Check, "Done"),
        StepStatus::Failed => (Tone::Bad, Icon::Cross, "Failed"),
    };
    let times = started_at.map(|from| view! { <StepTimes from to=finished_at began as_of /> });
    view! {
        <li class="step">
            <span class=format!("step-mark {}", tone.class())><IconView icon /></span>
            <div class="min-w-0">
                <p>
                    <span class="font-semibold">{label}</span>
                    " "
                    <span class="text-sm text-muted">{word}</span>
                </p>
                {times}
                {detail
                    .into_iter()
                    .map(|detail| view! { <p class="break-words text-sm text-muted">{detail}</p> })
                    .collect_view()}
            </div>
        </li>
    }
}

/// "14:05:09 to 14:05:12, 3 s"; with the day where that is another than the operation's first.
#[component]
fn StepTimes(
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
    began: DateTime<Utc>,
    as_of: DateTime<Utc>,
) -> impl IntoView {
    let took = words::duration(to.unwrap_or(as_of) - from);
    let at = |at: DateTime<Utc>| {
        if at.date_naive() == began.date_naive() {
            view! { <Clock at /> }.into_any()
        } else {
            view! { <Moment at /> }.into_any()
        }
    };
    let text = match to {
        Some(to) => view! { {at(from)} " to " {at(to)} ", " {took} }.into_any(),
        None => view! { "since " {at(from)} ", for " {took} }.into_any(),
    };
    view! { <p class="text-sm tabular-nums text-muted">{text}</p> }
}
