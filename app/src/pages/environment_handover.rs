use domain::action::Action;
use domain::environment::EnvironmentState;
use domain::view::EnvironmentPage;
use leptos::prelude::*;

use crate::components::{Callout, Card, Disclosure, Hidden, Moment, PostButton, TextArea, Tone};
use crate::words;

/// That it waits for the platform team, with what was asked.
#[component]
pub fn HandedOver(environment: EnvironmentPage) -> impl IntoView {
    let handed = environment.handed_over.clone()?;
    let back = environment.allowed.has(Action::HandOverEnvironment).then(|| {
        let fields = vec![("id", environment.id.to_string())];
        view! { <div class="actions"><PostButton action="/api/hand_back_environment" label="It needs nobody any more" fields /></div> }
    });
    Some(view! {
        <Callout tone=Tone::Info title="It is handed over to the platform team.">
            <p>{handed.by} " asked on " <Moment at=handed.at /> ":"</p>
            <p class="whitespace-pre-line break-words">{handed.note}</p>
            {back}
        </Callout>
    })
}

/// Where nobody here can go on: the platform team is asked, who see all of this page.
#[component]
pub fn HandOverForm(environment: EnvironmentPage) -> impl IntoView {
    let stuck = matches!(environment.progress.state, EnvironmentState::Error | EnvironmentState::Tainted)
        || !environment.observed.drift.is_empty();
    let offers = stuck && environment.handed_over.is_none() && environment.allowed.has(Action::HandOverEnvironment);
    offers.then(|| {
        let state = environment.form.clone();
        let open = state.error("handover_note").is_some();
        let help = format!(
            "{} sees this page as it is: what AWS said, the steps, the stack's events. Up to 2000 characters.",
            environment.contact
        );
        view! {
            <Card title="You cannot go on?">
                <Disclosure summary="Hand it over to the platform team" open id="handover">
                    <form class="stack gap-4" method="post" action="/api/hand_over_environment" novalidate>
                        <Hidden name="id" value=environment.id.to_string() />
                        <TextArea label="What you tried, and what you need" name="handover_note" state lines=3 help />
                        <p class="actions"><button class="button" type="submit">"Hand it over"</button></p>
                    </form>
                </Disclosure>
            </Card>
        }
    })
}

/// Files that a termination kept, where they are, and how they are deleted.
#[component]
pub fn KeptHomes(environment: EnvironmentPage) -> impl IntoView {
    if environment.kept_homes.is_empty() {
        return None;
    }
    let region = environment.region.to_string();
    let items = environment
        .kept_homes
        .into_iter()
        .map(|home| {
            let id = home.file_system;
            let command = format!("aws efs delete-file-system --region {region} --file-system-id {id}");
            let attached = home.attached.then(|| {
                view! { <p>"It has its mount targets still: they have to be deleted first, and the file system with its domain."</p> }
            });
            let key = home.kms_key.map(|key| {
                let goes = home.key_goes.then_some(
                    " That key, or another one of this environment, is scheduled for deletion: once it is gone, nothing that it \
                     encrypted can be read.",
                );
                view! { <p>"Encrypted with " <code class="break-all">{key}</code> "." {goes}</p> }
            });
            view! {
                <li class="grid gap-1">
                    <p>"File system " <code class="break-all">{id}</code></p>
                    {attached}
                    {key}
                    <p>"Deleted for good by " <code class="break-all">{command}</code></p>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <Callout tone=Tone::Info title="The home directories were kept.">
            <p>
                "They are in account " <code>{environment.account.to_string()}</code> " (" {environment.account_name} "), region "
                <code>{region.clone()}</code> ". They cost money until an administrator of that account deletes them."
            </p>
            <ul class="grid list-disc gap-2 pl-5">{items}</ul>
        </Callout>
    })
}

/// What a termination has left in AWS, where nobody looks after it.
#[component]
pub fn LeftBehind(environment: EnvironmentPage) -> impl IntoView {
    let left = environment.left_behind?;
    let chips = left
        .into_iter()
        .map(|(kind, number)| view! { <li class="chip">{format!("{number} \u{d7} {}", words::resource_type(&kind))}</li> })
        .collect_view();
    let stack = environment.stack_arn.map(|arn| view! { <p>"Stack " <code class="break-all">{arn}</code></p> });
    Some(view! {
        <Callout tone=Tone::Warn title="Resources were left in AWS.">
            <p>"They cost money, and nobody but their account's administrators can delete them."</p>
            <ul class="flex flex-wrap gap-1.5" aria-label="What is left">{chips}</ul>
            {stack}
        </Callout>
    })
}
