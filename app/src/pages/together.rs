use domain::home::Files;
use domain::view::{FormState, Together, TogetherDonePage, TogetherPage, TogetherRow};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Choice, Crumb, Disclosure, Empty, EnvironmentBadge, EnvironmentRows, ErrorSummary, Fact, Facts,
    Hidden, Moment, PageHead, Radios, TextArea, TextField, Tone,
};
use crate::document::Page;
use crate::pages::update_preview::PreviewParts;
use crate::words;

/// What will become of each environment that was chosen, and the one confirmation for all.
pub fn page(page: TogetherPage) -> Page {
    let TogetherPage { act, can, cannot, has_homes, left_out, most, form_token, form } = page;
    let state = form.clone();
    let crumbs = vec![Crumb::new("/environments", "Environments")];
    let Some(act) = act else {
        let body = view! {
            <PageHead title="Several environments" crumbs />
            <Empty title="Choose environments, and what is done with them, in their list.">
                <p><a href="/environments">"To the list"</a></p>
            </Empty>
        };
        return Page::new("Several environments", body);
    };
    let title = words::together(act);
    let lead = words::count(can.len() as u64, "environment is acted on.", "environments are acted on.");
    let left_out = (left_out > 0).then(|| {
        let title = format!("{left_out} more were chosen: {most} at most are acted on at once.");
        view! { <Callout tone=Tone::Warn title><p>"Come back for the others afterwards."</p></Callout> }
    });
    let cannot = (!cannot.is_empty()).then(|| {
        let note = "Nothing is done with these";
        view! { <Card title="Not possible" note><Previews rows=cannot /></Card> }
    });
    let none_chosen = can.is_empty() && cannot.is_none();
    let lead = if none_chosen { String::new() } else { lead };
    let confirm = if none_chosen {
        view! {
            <Empty title="You chose no environment.">
                <p><a href="/environments">"Tick those that it is for, in the list"</a></p>
            </Empty>
        }
        .into_any()
    } else if can.is_empty() {
        view! {
            <Empty title="There is nothing that can be done.">
                <p><a href="/environments">"To the list"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        let number = can.len();
        let chosen = can.iter().map(|row| row.chosen.clone()).collect::<Vec<_>>().join(",");
        let class = if act == Together::Terminate { "button button-danger" } else { "button button-primary" };
        let submit = format!("{title} for {}", words::count(number as u64, "environment", "environments"));
        view! {
            <Card title="What will happen"><Previews rows=can /></Card>
            <form class="stack" method="post" action="/api/act_on_environments" novalidate>
                <Hidden name="act" value=act.as_str() />
                <Hidden name="chosen" value=chosen />
                <Hidden name="form_token" value=form_token />
                <Card title="Confirm" id="confirm">
                    <TextArea
                        label="Reason" name="together_reason" lines=3 state=form.clone()
                        help="Kept in the audit log with what becomes of each."
                    />
                    <More act has_homes number form />
                    <p class="actions"><button class=class type="submit">{submit}</button></p>
                </Card>
            </form>
        }
        .into_any()
    };
    let body = view! {
        <PageHead title lead crumbs />
        <ErrorSummary state=state.clone() />
        {left_out}
        {confirm}
        {cannot}
    };
    Page::new(title, body).with_errors(&state)
}

/// What else has to be said for it.
#[component]
fn More(act: Together, has_homes: bool, number: usize, form: FormState) -> impl IntoView {
    let until = (act == Together::Hold)
        .then(|| view! { <TextField label="Until" name="hold_until" kind="date" help="That day counts whole." state=form.clone() /> });
    let homes = (act == Together::Terminate && has_homes).then(|| {
        let choices = vec![
            Choice::new(
                Files::Keep.as_str(),
                "Keep them: the file systems stay and cost money until somebody deletes them",
            ),
            Choice::new(Files::Delete.as_str(), "Delete them: nobody can bring back what is in them"),
        ];
        let help = "Some of these have home directories of their own. One choice holds for all of them.";
        view! { <Radios label="The home directories" name="files" choices help state=form.clone() /> }
    });
    let count = (act == Together::Terminate).then(|| {
        let label = format!("Type {number} to confirm");
        let help = "How many environments are terminated. This cannot be undone.";
        view! { <TextField label name="together_count" inputmode="numeric" autocomplete="off" help state=form /> }
    });
    let updates = (act == Together::Update).then(|| {
        view! { <p class="text-sm text-muted">"Each update is asked for by a request, which those decide who decide in its project. What is approved is updated one after the other; the first that fails stops the rest."</p> }
    });
    view! { {updates} {until} {homes} {count} }
}

#[component]
fn Previews(rows: Vec<TogetherRow>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let it = row.environment;
            let says = row.says.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
            view! {
                <li class="stack gap-1">
                    <p>
                        <a href=format!("/environments/{}", it.id)>{it.name}</a>
                        {format!(" of {}, {} / {} ", it.owner, it.project, it.stage.label())}
                        <EnvironmentBadge state=it.state />
                    </p>
                    <ul class="grid list-disc gap-1 pl-5 text-sm">{says}</ul>
                    {row.preview.map(|preview| view! { <Disclosure summary="What the update does"><PreviewParts preview /></Disclosure> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="stack gap-4">{rows}</ul> }
}

/// What became of each.
pub fn done(page: TogetherDonePage) -> Page {
    let TogetherDonePage { act, reason, at, done, refused, hidden } = page;
    let title = format!("{}: what became of each", words::together(act));
    let lead = format!(
        "{}, {}.",
        words::count(done.len() as u64, "was put to work", "were put to work"),
        words::count(refused.len() as u64, "was not", "were not")
    );
    let refused = (!refused.is_empty()).then(|| {
        let rows = refused
            .into_iter()
            .map(|(environment, said)| TogetherRow {
                environment,
                chosen: String::new(),
                says: vec![said],
                preview: None,
            })
            .collect();
        view! { <Card title="Not done"><Previews rows /></Card> }
    });
    let done = (!done.is_empty()).then(|| {
        let note = "As they are now; the page of each shows how far it is";
        view! { <Card title="Put to work" note flush=true><EnvironmentRows rows=done owners=true /></Card> }
    });
    let hidden = (hidden > 0).then(|| {
        let title = words::count(hidden as u64, "environment is no longer shown to you.", "environments are no longer shown to you.");
        view! { <Callout tone=Tone::Info title><p>"Whoever sees it finds in its events what became of it."</p></Callout> }
    });
    let body = view! {
        <PageHead title=title.clone() lead crumbs=vec![Crumb::new("/environments", "Environments")] />
        <Facts wide=true>
            <Fact term="Reason">{reason}</Fact>
            <Fact term="Asked for"><Moment at /></Fact>
        </Facts>
        {refused}
        {done}
        {hidden}
    };
    Page::new(title, body)
}
