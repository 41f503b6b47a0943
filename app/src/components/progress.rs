use domain::environment::{EnvironmentState, StackEvent};
use domain::view::{OperationView, Progress, StepStatus, StepView};
use leptos::prelude::*;

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
                {(!live && state.is_passing()).then(|| view! { <a class="button button-small" href="">"Refresh"</a> })}
            </div>
            {now.map(|text| view! { <p class="font-semibold" role=live.then_some("status")>{text}</p> })}
            {problem.map(|problem| view! { <ProblemCallout problem /> })}
            {operation.map(|operation| view! { <Operation operation as_of /> })}
            {(!events.is_empty()).then(|| view! { <Events events open=state != EnvironmentState::Available /> })}
        </div>
    }
}

/// "Step 3 of 4: Create the resources in AWS".
fn summary(operation: Option<&OperationView>) -> Option<String> {
    let operation = operation.filter(|o| o.finished_at.is_none())?;
    let at = operation.steps.iter().position(|s| s.status == StepStatus::Running)?;
    Some(format!("Step {} of {}: {}", at + 1, operation.steps.len(), operation.steps.get(at)?.label))
}

#[component]
fn Operation(operation: OperationView, as_of: chrono::DateTime<chrono::Utc>) -> impl IntoView {
    let OperationView { kind, steps, started_at, finished_at, trouble, next_run_at } = operation;
    let took = words::duration(finished_at.unwrap_or(as_of) - started_at);
    let told = if finished_at.is_some() { format!("took {took}") } else { format!("for {took}") };
    view! {
        <div class="stack gap-3">
            <p class="text-sm text-muted">{words::operation(kind)} " started " <Moment at=started_at /> ", " {told} "."</p>
            <ol class="steps">{steps.into_iter().map(|step| view! { <StepItem step /> }).collect_view()}</ol>
            {trouble.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
            {next_run_at
                .map(|at| view! { <p class="text-sm text-muted">"The portal tries again at " <Clock at /> " UTC."</p> })}
        </div>
    }
}

#[component]
fn StepItem(step: StepView) -> impl IntoView {
    let (tone, icon, word) = match step.status {
        StepStatus::Waiting => (Tone::Neutral, Icon::Minus, "Waiting"),
        StepStatus::Running => (Tone::Info, Icon::Running, "Running"),
        StepStatus::Done => (Tone::Good, Icon::Check, "Done"),
        StepStatus::Failed => (Tone::Bad, Icon::Cross, "Failed"),
    };
    view! {
        <li class="step">
            <span class=format!("step-mark {}", tone.class())><IconView icon /></span>
            <div>
                <p>
                    <span class="font-semibold">{step.label}</span>
                    " "
                    <span class="text-sm text-muted">{word}</span>
                </p>
                {step.detail.map(|detail| view! { <p class="text-sm text-muted">{detail}</p> })}
            </div>
        </li>
    }
}

#[component]
fn Events(events: Vec<StackEvent>, open: bool) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary>{format!("Stack events from CloudFormation ({}), newest first", events.len())}</summary>
            <ol class="px-0">{events.into_iter().rev().map(|event| view! { <Event event /> }).collect_view()}</ol>
        </details>
    }
}

#[component]
fn Event(event: StackEvent) -> impl IntoView {
    let (tone, icon) = if event.status.ends_with("FAILED") || event.status.contains("ROLLBACK") {
        ("text-bad", Icon::Cross)
    } else if event.status.ends_with("COMPLETE") {
        ("text-good", Icon::Check)
    } else {
        ("text-accent", Icon::Clock)
    };
    view! {
        <li class="event">
            <Clock at=event.at />
            <span class=format!("flex items-start gap-1.5 font-mono text-xs leading-5 {tone}")>
                <IconView icon />
                {event.status}
            </span>
            <span class="min-w-0">
                <span class="font-semibold">{event.logical_id}</span>
                " "
                <span class="text-muted">{event.resource_type}</span>
                {event.reason.map(|reason| view! { <span class="block break-words">{reason}</span> })}
            </span>
        </li>
    }
}
