use domain::view::{Excerpt, FormState, TeamMember, TeamPage};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Card, Choice, Empty, EnvironmentRows, ErrorSummary, Hidden, Moment, PageHead, Select, Table, TextField,
};
use crate::document::Page;
use crate::words;

/// A project as its lead looks after it.
pub fn page(team: TeamPage) -> Page {
    let state = team.form.clone();
    let shown = team.project.as_ref().map(ToString::to_string).unwrap_or_default();
    let choice = (team.projects.len() > 1 || !state.errors.is_empty()).then(|| {
        let choices = team.projects.iter().map(|id| Choice::plain(id.to_string())).collect();
        let form = state.clone();
        view! { <ChooseProject choices shown=shown.clone() form /> }
    });
    let title = if shown.is_empty() { "Team".to_owned() } else { format!("Team of {shown}") };
    let list = if shown.is_empty() && state.errors.is_empty() {
        view! { <Empty title="There is no project yet."></Empty> }.into_any()
    } else if shown.is_empty() {
        ().into_any()
    } else {
        view! { <Sections team shown /> }.into_any()
    };
    let body = view! {
        <PageHead title=title.clone() lead="What waits, what ends, what is in trouble, what runs, and who works here.">
            <a class="button button-small" href="/rollouts">"Rollouts"</a>
        </PageHead>
        <ErrorSummary state=state.clone() title="This project cannot be shown." />
        {choice}
        {list}
    };
    Page::new(title, body).with_errors(&state)
}

#[component]
fn ChooseProject(choices: Vec<Choice>, shown: String, form: FormState) -> impl IntoView {
    view! {
        <form class="filters" method="get" action="/team">
            <Select filter=true label="Project" name="project" value=shown choices state=form />
            <button class="button" type="submit">"Show"</button>
        </form>
    }
}

#[component]
fn Sections(team: TeamPage, shown: String) -> impl IntoView {
    let days = TeamPage::ENDS_WITHIN_DAYS.to_string();
    let link = |pairs: &[(&str, &str)]| {
        let mut all = vec![("project", shown.as_str())];
        all.extend(pairs);
        with_query("/environments", &all)
    };
    let ending = link(&[("ends", days.as_str())]);
    let (troubled, running) = (link(&[("attention", "troubled")]), link(&[("runs", "yes")]));
    let left = link(&[("attention", "owner_left")]);
    let resting = link(&[("runs", "no"), ("state", "available")]);
    let waiting = format!("{} undecided in this project.", requests(team.waiting.number, &team.waiting.to_string()));
    let requests = with_query("/requests", &[("state", "submitted"), ("project", &shown)]);
    view! {
        <Card title="Requests that wait">
            <p>{waiting}</p>
            <p class="actions">
                <a class="button button-small" href="/approvals">"What waits for your decision"</a>
                <a class="button button-small" href=requests>"All undecided ones of the project"</a>
            </p>
        </Card>
        <Part title=format!("Leases that end within {days} days") excerpt=team.ending href=ending none="No lease ends soon." />
        <Part title="Need attention" excerpt=team.troubled href=troubled none="Nothing is tainted, in error or handed over." />
        <Part title="Owner no longer here" excerpt=team.left href=left none="Everybody who has something here is here." />
        <Part title="Running" excerpt=team.running href=running none="Nothing was seen running." />
        <Part title="Nothing ran at the last look" excerpt=team.resting href=resting none="None of those that were looked at." />
        <People people=team.people more=team.more q=team.q shown />
    }
}

fn requests(number: u32, counted: &str) -> String {
    format!("{counted} {}", if number == 1 { "request is" } else { "requests are" })
}

#[component]
fn Part(#[prop(into)] title: String, excerpt: Excerpt, href: String, none: &'static str) -> impl IntoView {
    let note = if excerpt.all.number == 0 { String::new() } else { excerpt.all.to_string() };
    let all = format!("All of these: {title}");
    let body = if excerpt.rows.is_empty() {
        view! { <div class="card-body"><p class="text-muted">{none}</p></div> }.into_any()
    } else {
        view! {
            <EnvironmentRows rows=excerpt.rows owners=true />
            <div class="card-body"><p><a href=href aria-label=all>"All of these"</a></p></div>
        }
        .into_any()
    };
    view! { <Card title note flush=true>{body}</Card> }
}

#[component]
fn People(people: Vec<TeamMember>, more: bool, q: String, shown: String) -> impl IntoView {
    let rows = people
        .into_iter()
        .map(|person| {
            let href = with_query("/environments", &[("project", &shown), ("owner", &person.subject)]);
            let number = u64::try_from(person.environments).unwrap_or_default();
            view! {
                <tr>
                    <th scope="row">{person.display_name}</th>
                    <td data-label="Role">{person.role}</td>
                    <td data-label="Last sign-in"><Moment at=person.signed_in_at /></td>
                    <td data-label="Has"><a href=href>{words::count(number, "environment", "environments")}</a></td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let list = if rows.is_empty() {
        view! { <p class="text-muted">"Nobody of the project's groups who ever signed in fits."</p> }.into_any()
    } else {
        let columns = vec!["Name", "Role", "Last sign-in", "Has"];
        view! { <Table label="People of the project" columns stack=true>{rows}</Table> }.into_any()
    };
    let more = more.then(|| {
        view! { <p class="text-muted">"There are more people than these. Search for a name to find the others."</p> }
    });
    view! {
        <Card title="People" note="Of the project's groups, who ever signed in" id="people">
            <form class="filters" method="get" action="/team" role="search">
                <Hidden name="project" value=shown.clone() />
                <TextField filter=true label="Name of a person" name="q" kind="search" value=q state=FormState::default() />
                <button class="button" type="submit">"Search"</button>
            </form>
            {list}
            {more}
        </Card>
    }
}
