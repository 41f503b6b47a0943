use domain::action::Action;
use domain::environment::Leaves;
use domain::view::{EnvironmentPage, FormState};
use leptos::prelude::*;

use crate::components::{Callout, Choice, Disclosure, Hidden, Select, TextField, Tone};
use crate::words;

/// Deleting for good: what goes, what stays, and the name typed to confirm.
#[component]
pub fn Terminate(environment: EnvironmentPage) -> impl IntoView {
    let state: FormState = environment.form.clone();
    let open = state.error("confirm").is_some() || state.error("leaves").is_some();
    let leaves = environment.allowed.has(Action::LeaveResources).then(|| {
        let choices = Leaves::ALL
            .map(|leaves| Choice::new(if leaves == Leaves::Nothing { "" } else { leaves.as_str() }, in_words(leaves)))
            .to_vec();
        view! {
            <Select
                label="What is left in AWS" name="leaves" value=String::new() choices state=state.clone()
                help="Whatever is left costs money, and is no longer governed: the portal and Service Catalog let go of it."
            />
        }
    });
    let deletes = environment
        .termination_deletes
        .into_iter()
        .map(|(kind, number)| view! { <li class="chip">{format!("{number} \u{d7} {}", words::resource_type(&kind))}</li> })
        .collect_view();
    let consequences =
        environment.termination_consequences.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    let label = format!("Type {} to confirm", environment.name);
    view! {
        <Disclosure summary="Terminate this environment" open id="terminate">
            <Callout tone=Tone::Warn title="This cannot be undone.">
                <ul class="flex flex-wrap gap-1.5" aria-label="What is deleted">{deletes}</ul>
                <ul class="grid list-disc gap-1 pl-5">{consequences}</ul>
            </Callout>
            <form class="stack gap-4" method="post" action="/api/terminate_environment" novalidate>
                <Hidden name="id" value=environment.id.to_string() />
                <Hidden name="version" value=environment.version.to_string() />
                {leaves}
                <TextField label name="confirm" state=state.clone() />
                <p class="actions">
                    <button class="button button-danger" type="submit">"Terminate environment"</button>
                </p>
            </form>
        </Disclosure>
    }
}

fn in_words(leaves: Leaves) -> &'static str {
    match leaves {
        Leaves::Nothing => "Nothing: all is deleted",
        Leaves::Undeletable => "What AWS cannot delete",
        Leaves::Everything => "Everything: nothing is deleted",
    }
}
