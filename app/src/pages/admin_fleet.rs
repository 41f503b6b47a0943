use domain::view::FleetPage;
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Card, PageHead, Table};
use crate::document::Page;
use crate::words;

/// What is counted, how many of it there are, and the list of those.
type Line = (String, String, String);

/// All environments of all projects in numbers, each of which leads to the list of what it counts.
pub fn page(fleet: FleetPage) -> Page {
    let number = u64::try_from(fleet.all).unwrap_or_default();
    let lead = format!(
        "{} in all projects, those that are terminated left out.",
        words::count(number, "environment", "environments")
    );
    let by_state =
        fleet.states.iter().map(|(state, n)| line(words::environment_state(*state), n, &[("state", state.as_str())]));
    let along_the_way = fleet.stages.iter().map(|(stage, n)| line(stage.label(), n, &[("stage", stage.as_str())]));
    let accounts = fleet.accounts.iter().map(|(id, name, n)| line(name, n, &[("account", id.as_str())]));
    let attention = [
        line("On an outdated version", fleet.outdated, &[("version", "outdated")]),
        line("Otherwise in AWS", fleet.drifted, &[("attention", "drifted")]),
        line("Tags are not as they should be", fleet.tags_differ, &[("attention", "tags")]),
        line("Handed over to the platform team", fleet.handed_over, &[("attention", "handed_over")]),
        line("Its owner is no longer here", fleet.owner_left, &[("attention", "owner_left")]),
        line("Lease ends within a week, or has ended", fleet.ending, &[("attention", "ending")]),
        ("Made past the portal".to_owned(), fleet.unmanaged.to_string(), "/admin/unmanaged".to_owned()),
        line("Held", fleet.held, &[("attention", "held")]),
        line("Something ran at the last look", fleet.running, &[("runs", "yes")]),
    ];
    let ages =
        fleet.older.iter().map(|(days, n)| line(&format!("At least {days} days"), n, &[("older", &days.to_string())]));
    let more = fleet.more_accounts.then(|| {
        view! { <p class="text-muted">"There are more accounts than these; their environments are in the list."</p> }
    });
    let body = view! {
        <PageHead title="Fleet" lead>
            <a class="button button-small" href="/environments">"The whole list"</a>
            <a class="button button-small" href="/rollouts">"Rollouts"</a>
        </PageHead>
        <Numbers title="To look at" lines=attention.to_vec() />
        <Numbers title="By state" lines=by_state.collect() />
        <Numbers title="By stage" lines=along_the_way.collect() />
        <Numbers title="By age" lines=ages.collect() />
        <Numbers title="By account" lines=accounts.collect() />
        {more}
    };
    Page::new("Fleet", body)
}

fn line(label: &str, number: impl ToString, filters: &[(&str, &str)]) -> Line {
    (label.to_owned(), number.to_string(), with_query("/environments", filters))
}

#[component]
fn Numbers(title: &'static str, lines: Vec<Line>) -> impl IntoView {
    let rows = lines
        .into_iter()
        .map(|(label, number, href)| view! { <tr><td><a href=href>{label}</a></td><td>{number}</td></tr> })
        .collect_view();
    let columns = vec!["Which", "Environments"];
    view! { <Card title flush=true><Table label=title columns numbers=true>{rows}</Table></Card> }
}
