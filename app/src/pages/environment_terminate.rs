use domain::action::Action;
use domain::environment::Leaves;
use domain::home::Files;
use domain::view::{EnvironmentPage, FormState, HomeChoice};
use leptos::prelude::*;

use crate::components::{Callout, Choice, Disclosure, Hidden, Radios, Select, TextField, Tone};
use crate::words;

/// Deleting for good: what goes, what stays, and the name typed to confirm.
#[component]
pub fn Terminate(environment: EnvironmentPage) -> impl IntoView {
    let state: FormState = environment.form.clone();
    let open = ["confirm", "files", "leaves"].iter().any(|name| state.error(name).is_some());
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
                {environment.home_choice.map(|choice| view! { <HomeField choice state=state.clone() /> })}
                {leaves}
                <TextField label name="confirm" state=state.clone() />
                <p class="actions">
                    <button class="button button-danger" type="submit">"Terminate environment"</button>
                </p>
            </form>
        </Disclosure>
    }
}

/// What becomes of the home directories; nobody chooses by leaving it alone.
#[component]
fn HomeField(choice: HomeChoice, state: FormState) -> impl IntoView {
    let choices = Files::ALL
        .map(|files| {
            let label = match files {
                Files::Keep => {
                    "Keep them: the file system stays in the account and costs money until somebody deletes it"
                }
                Files::Delete => "Delete them: nobody can bring back what is in them",
            };
            Choice::new(files.as_str(), label)
        })
        .to_vec();
    let help = what_there_is(&choice);
    view! { <Radios label="The home directories" name="files" choices state help /> }
}

/// What is chosen about: where it is, how much it is, and what comes of keeping it.
fn what_there_is(choice: &HomeChoice) -> String {
    let place = match choice.file_systems.as_slice() {
        [] => "in a file system of its own".to_owned(),
        [one] => format!("in the file system {one}"),
        more => format!("in the file systems {}", more.join(", ")),
    };
    let size = choice.bytes.map(|bytes| format!(" ({} at the last look)", words::bytes(bytes))).unwrap_or_default();
    let key = if choice.key_goes {
        " The key that may encrypt it goes with the environment: unless a platform admin cancels the key's deletion within its \
         waiting period, nothing that was kept can be read any more."
    } else {
        ""
    };
    format!(
        "Notebooks, code and data of everybody in the domain are {place}{size}. Its way into the network is taken away in either \
         case; whoever needs what was kept makes a new mount target for it.{key}"
    )
}

fn in_words(leaves: Leaves) -> &'static str {
    match leaves {
        Leaves::Nothing => "Nothing: all is deleted",
        Leaves::Undeletable => "What AWS cannot delete",
        Leaves::Everything => "Everything: nothing is deleted",
    }
}
