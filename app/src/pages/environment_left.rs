use domain::view::EnvironmentPage;
use leptos::prelude::*;

use crate::components::{Callout, Tone};
use crate::words;

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
