use domain::action::Action;
use domain::environment::LaunchTarget;
use domain::view::EnvironmentPage;
use leptos::prelude::*;

use crate::components::{Callout, Card, Disclosure, Hidden, TextArea, TextField, Tone, form_version};

/// That nobody looks after it, for whoever can mend that.
#[component]
pub fn OwnerLeft(environment: EnvironmentPage) -> impl IntoView {
    let why = environment.owner_left.filter(|_| environment.transfer.is_none())?;
    Some(view! {
        <Callout tone=Tone::Warn title=format!("{} is no longer here.", environment.owner)>
            <p>{format!("{why} What the environment costs goes on until somebody looks after it.")}</p>
            <p class="actions"><a class="button button-small" href="#transfer">"Give it to somebody else"</a></p>
        </Callout>
    })
}

/// That it is being given to somebody else, or that this failed.
#[component]
pub fn TransferCallout(environment: EnvironmentPage) -> impl IntoView {
    let transfer = environment.transfer.clone()?;
    let title = if transfer.at_work {
        format!("It is being given to {}.", transfer.to)
    } else {
        format!("It was to be given to {}, which failed.", transfer.to)
    };
    let may = environment.allowed.has(Action::TransferEnvironment);
    let next = match (transfer.at_work, may) {
        (true, _) => "Until that is done nobody opens, starts or updates it.".to_owned(),
        (false, true) => format!(
            "Until it is given to somebody, nobody opens, starts or updates it. Below it can be given to {} again, to somebody \
             else, or back to {}.",
            transfer.to, environment.owner
        ),
        (false, false) => {
            "Until it is given to somebody, nobody opens, starts or updates it. A lead of the project can do that."
                .to_owned()
        }
    };
    let tone = if transfer.at_work { Tone::Info } else { Tone::Warn };
    Some(view! {
        <Callout tone title>
            <p>{next}</p>
            <p class="whitespace-pre-line break-words">{format!("Why: {}", transfer.reason)}</p>
        </Callout>
    })
}

/// For whoever looks after the project: its owner left, or has other work.
#[component]
pub fn Transfer(environment: EnvironmentPage) -> impl IntoView {
    let state = environment.form.clone();
    let failed = environment.transfer.as_ref().is_some_and(|transfer| !transfer.at_work);
    let asked = state.error("transfer_to").is_some() || state.error("transfer_reason").is_some();
    let files = match environment.launch {
        Some(LaunchTarget::Studio { .. }) => {
            "The new owner reads and changes all files of its home directory; nothing is copied or lost."
        }
        Some(LaunchTarget::NotebookInstance { .. }) => {
            "The new owner reads and changes all files on the notebook instance; nothing is copied or lost."
        }
        None => "What it has made in AWS stays as it is; nothing is copied or lost.",
    };
    let session = format!(
        "Whoever has it open keeps that session until it ends by itself, within {} at most. Where that is too long, revoke \
         their access first, and restore it once that is over.",
        environment.longest_session
    );
    let version = form_version(&state, environment.version);
    environment.allowed.has(Action::TransferEnvironment).then(|| {
        view! {
            <Card title="Another owner" id="transfer">
                <Disclosure summary="Give it to somebody else" open=failed || asked>
                    <ul class="grid list-disc gap-1 pl-5">
                        <li>"What runs in it ends first, jobs too. What is not saved is lost."</li>
                        <li>{files}</li>
                        <li>"In AWS it keeps the name that it was made with: CloudTrail shows what its execution role does under the first owner\u{2019}s."</li>
                        <li>{session}</li>
                    </ul>
                    <form class="stack gap-4" method="post" action="/api/transfer_environment" novalidate>
                        <Hidden name="id" value=environment.id.to_string() />
                        <Hidden name="version" value=version />
                        <TextField
                            label="E-mail address of the new owner"
                            name="transfer_to"
                            kind="email"
                            help="Of somebody of the project who signed in here before."
                            proposals=environment.next_owners
                            state=state.clone()
                        />
                        <TextArea label="Why" name="transfer_reason" state lines=2 help="Both owners and auditors read it. Up to 500 characters." />
                        <p class="actions"><button class="button" type="submit">"Give it away"</button></p>
                    </form>
                </Disclosure>
            </Card>
        }
    })
}
