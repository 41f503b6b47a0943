use domain::view::{DeliveryRow, Listing};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Empty, Moment, Pager, PostButton};
use crate::words;

/// What was given up, each with why, and the two ways on.
#[component]
pub fn Dead(dead: Listing<DeliveryRow>, manage: bool, further: bool) -> impl IntoView {
    if dead.items.is_empty() {
        return view! { <Empty title="Nothing was given up."></Empty> }.into_any();
    }
    let next = dead.next.as_deref().map(|after| with_query("/admin/notifications", &[("after", after)]));
    let rows = dead.items.into_iter().map(|row| view! { <Line row manage /> }).collect_view();
    view! {
        <ul class="rows">{rows}</ul>
        <Pager first="/admin/notifications".to_owned() next further />
    }
    .into_any()
}

#[component]
fn Line(row: DeliveryRow, manage: bool) -> impl IntoView {
    let tries = words::count(row.attempts, "try", "tries");
    let problem = row.problem.map(|problem| {
        view! {
            <p class="text-sm">{problem.why}</p>
            <p class="text-sm"><strong>"What to do: "</strong>{problem.next}</p>
        }
    });
    let ways = manage.then(|| {
        let fields = || vec![("id", row.id.to_string())];
        let again = format!("Try again: {}, {}", row.to, row.title);
        let discard = format!("Discard: {}, {}", row.to, row.title);
        view! {
            <div class="flex flex-wrap gap-2">
                <PostButton action="/api/retry_delivery" label="Try again" class="button button-small" described=again fields=fields() />
                <PostButton action="/api/discard_delivery" label="Discard" class="button button-small" described=discard fields=fields() />
            </div>
        }
    });
    view! {
        <li class="row">
            <div class="min-w-0 flex-1 basis-64">
                <p class="font-semibold wrap-anywhere"><a href=row.path>{row.title.clone()}</a></p>
                <p class="row-sub">{format!("{}, {tries}, of ", row.to)} <Moment at=row.happened_at /></p>
                {problem}
            </div>
            {ways}
        </li>
    }
}
