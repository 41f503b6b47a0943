use domain::obstacle::Obstacle;
use leptos::prelude::*;

use super::{Callout, Tone};
use crate::words;

/// The most that is listed: whoever mends these sees the next ones.
const LISTED: usize = 10;

/// What keeps a product from being requested, and where.
#[component]
pub fn Obstacles(obstacles: Vec<Obstacle>, #[prop(into)] title: String) -> impl IntoView {
    (!obstacles.is_empty()).then(|| {
        let further = obstacles.len().saturating_sub(LISTED) as u64;
        let line = |it: Obstacle| {
            let place = it.place();
            let Obstacle { parameter, why, .. } = it;
            let place = match (place.is_empty(), parameter.is_empty()) {
                (true, true) => String::new(),
                (true, false) => ": ".to_owned(),
                (false, true) => format!("In {place}: "),
                (false, false) => format!(" ({place}): "),
            };
            let parameter = (!parameter.is_empty()).then(|| view! { <code>{parameter}</code> });
            view! { <li>{parameter}{format!("{place}{why}")}</li> }
        };
        let lines = obstacles.into_iter().take(LISTED).map(line).collect_view();
        let more = (further > 0)
            .then(|| view! { <li>{format!("and {} more", words::count(further, "reason", "reasons"))}</li> });
        view! {
            <Callout tone=Tone::Warn title>
                <ul class="grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{lines} {more}</ul>
            </Callout>
        }
    })
}
