use domain::environment::StackEvent;
use domain::view::StackEventGroup;
use leptos::prelude::*;

use super::{Clock, Icon, IconView};
use crate::words;

/// AWS's own messages, newest first: those of one operation together, and a line where another day begins.
#[component]
pub fn StackEvents(groups: Vec<StackEventGroup>, open: bool) -> impl IntoView {
    let count: usize = groups.iter().map(|group| group.events.len()).sum();
    let groups = groups.into_iter().rev().map(|group| view! { <Group group /> }).collect_view();
    view! {
        <details class="disclosure" open=open>
            <summary>{format!("Stack events from CloudFormation ({count}), newest first")}</summary>
            <div class="event-groups">{groups}</div>
        </details>
    }
}

#[component]
fn Group(group: StackEventGroup) -> impl IntoView {
    let heading = group.operation.map_or("From before", words::operation);
    let mut day = None;
    let events = group
        .events
        .into_iter()
        .rev()
        .map(|event| {
            let this = event.at.date_naive();
            let begins = (day.replace(this) != Some(this)).then(|| words::day(event.at));
            view! {
                {begins.map(|day| view! { <li class="event-day">{day}</li> })}
                <Event event />
            }
        })
        .collect_view();
    view! {
        <section class="event-group">
            <h3>{heading}</h3>
            <ol>{events}</ol>
        </section>
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
