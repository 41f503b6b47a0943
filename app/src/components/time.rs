use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::words;

/// "23 Nov 2026".
#[component]
pub fn Day(at: DateTime<Utc>) -> impl IntoView {
    view! { <time datetime=words::machine(at)>{words::day(at)}</time> }
}

/// "23 Nov 2026, 14:05 UTC".
#[component]
pub fn Moment(at: DateTime<Utc>) -> impl IntoView {
    view! { <time datetime=words::machine(at)>{words::moment(at)}</time> }
}

/// "23 Nov 2026, 14:05:09 UTC".
#[component]
pub fn MomentOfLog(at: DateTime<Utc>) -> impl IntoView {
    view! { <time datetime=words::machine(at)>{words::day(at)} ", " {words::clock(at)} " UTC"</time> }
}

/// "14:05:09"; the day is in the `datetime` attribute.
#[component]
pub fn Clock(at: DateTime<Utc>) -> impl IntoView {
    view! { <time datetime=words::machine(at)>{words::clock(at)}</time> }
}
