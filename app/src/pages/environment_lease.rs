use domain::action::Action;
use domain::lease::{Extension, LeaseStanding, last_day};
use domain::view::{EnvironmentPage, HoldView};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Day, Disclosure, Hidden, Moment, PostButton, TextArea, TextField, Tone, Unsent,
};

/// What the end of the lease means now, where it is near or past.
#[component]
pub fn LeaseCallout(environment: EnvironmentPage) -> impl IntoView {
    let ends_at = environment.lease.ends_at;
    let kept = environment.home_choice.as_ref().map(|_| " Its home directories are kept.");
    match environment.lease.standing {
        LeaseStanding::Runs => None,
        LeaseStanding::EndsSoon => Some(
            view! {
                <Callout tone=Tone::Warn title="The lease ends soon.">
                    <p>"It ends on " <Moment at=ends_at /> ". From then on the environment is not opened; a grace period later it is terminated, with all that is in it." {kept}</p>
                </Callout>
            }
            .into_any(),
        ),
        LeaseStanding::Ended { terminates_at } => Some(
            view! {
                <Callout tone=Tone::Bad title="The lease has ended.">
                    <p>"The environment is not opened any more, and is terminated on " <Moment at=terminates_at /> ", with all that is in it, unless the lease is extended or a lead holds it." {kept}</p>
                </Callout>
            }
            .into_any(),
        ),
        LeaseStanding::Over => Some(
            view! {
                <Callout tone=Tone::Bad title="The lease is over.">
                    <p>"The portal terminates the environment within minutes, or tries again tomorrow where that failed."</p>
                </Callout>
            }
            .into_any(),
        ),
    }
}

/// The lease, and what puts its end off.
#[component]
pub fn Lease(environment: EnvironmentPage) -> impl IntoView {
    let id = environment.id.to_string();
    let lease = environment.lease.clone();
    let extend = environment.allowed.has(Action::ExtendLease).then(|| match lease.extension {
        Extension::To { end: to } => {
            let fields = vec![("id", id.clone()), ("ends", lease.ends_at.timestamp_millis().to_string())];
            view! {
                <p>"One extension takes it to " <Day at=to /> "."</p>
                <div class="actions"><PostButton action="/api/extend_lease" label="Extend the lease" fields /></div>
            }
            .into_any()
        }
        Extension::NotBefore { at } => view! {
            <p class="text-muted">"It has as much time as one click gives: one more click extends it from " <Moment at /> " on."</p>
        }
        .into_any(),
        Extension::AtLimit => view! {
            <p class="text-muted">"One click extends it no further: it ends at the limit of what the project may use the product for. More has to be approved."</p>
        }
        .into_any(),
        Extension::NoAccess => view! {
            <p class="text-muted">"It is not extended: the project may no longer use the product in this stage."</p>
        }
        .into_any(),
    });
    let beyond =
        environment.allowed.has(Action::ExtendLease).then(|| view! { <Beyond environment=environment.clone() /> });
    let holds = environment.allowed.has(Action::HoldEnvironment);
    let held = lease.hold.map(|hold| view! { <Held hold id=id.clone() holds /> });
    let form = holds.then(|| view! { <HoldForm environment /> });
    view! {
        <Card title="Lease">
            <div class="stack gap-3">
                <p>"Ends on " <Moment at=lease.ends_at /> "."</p>
                {extend}
                {beyond}
                {held}
                {form}
            </div>
        </Card>
    }
}

#[component]
fn Held(hold: HoldView, id: String, holds: bool) -> impl IntoView {
    let release = holds.then(|| {
        view! { <div class="actions"><PostButton action="/api/release_environment" label="Let it go" fields=vec![("id", id)] /></div> }
    });
    view! {
        <Callout tone=Tone::Info title="It is held.">
            <p>"It is not terminated before the end of " <Day at=last_day(hold.until) /> ", by the word of " {hold.by} ": a lead or an admin lets it go first."</p>
            <p class="whitespace-pre-line break-words">{hold.reason}</p>
            {release}
        </Callout>
    }
}

/// More time than one click gives: that it was asked for, or the way to ask.
#[component]
fn Beyond(environment: EnvironmentPage) -> impl IntoView {
    match &environment.extension_waiting {
        Some(request) => {
            let seen = environment.requests.iter().any(|it| it.id == *request && it.may_see);
            let gone = vec!["extension_days", "extension_reason"];
            let link = seen.then(|| view! { " " <a href=format!("/requests/{request}")>"Go to the request"</a> });
            view! {
                <p>"A request for more time waits for a decision." {link}</p>
                <Unsent state=environment.form.clone() gone />
            }
            .into_any()
        }
        None => view! { <BeyondForm environment /> }.into_any(),
    }
}

/// More time than one click gives, which somebody has to agree to.
#[component]
fn BeyondForm(environment: EnvironmentPage) -> impl IntoView {
    let beyond = environment.lease.beyond.clone();
    let state = environment.form.clone();
    let open = state.error("extension_days").is_some() || state.error("extension_reason").is_some();
    (!beyond.is_empty()).then(|| {
        view! {
            <Disclosure summary="Ask for more time" open id="extension">
                <form class="stack gap-4" method="post" action="/api/request_extension" novalidate>
                    <Hidden name="id" value=environment.id.to_string() />
                    <TextField
                        label="Days from the approval" name="extension_days" state=state.clone() inputmode="numeric"
                        help=format!("1 to 365. It has to be approved by {beyond}.")
                    />
                    <TextArea
                        label="What you need it for" name="extension_reason" state lines=2
                        help="Whoever decides reads this."
                    />
                    <p class="actions"><button class="button" type="submit">"Ask for more time"</button></p>
                </form>
            </Disclosure>
        }
    })
}

#[component]
fn HoldForm(environment: EnvironmentPage) -> impl IntoView {
    let state = environment.form.clone();
    let open = state.error("hold_reason").is_some() || state.error("hold_until").is_some();
    let summary = if environment.lease.hold.is_some() { "Hold it for another time" } else { "Hold it" };
    view! {
        <Disclosure summary open id="hold">
            <form class="stack gap-4" method="post" action="/api/hold_environment" novalidate>
                <Hidden name="id" value=environment.id.to_string() />
                <TextArea
                    label="Why it has to stay" name="hold_reason" state=state.clone() lines=2
                    help="Nothing of it is deleted at the end of its lease. It is not opened after that either."
                />
                <TextField label="Until" name="hold_until" state kind="date" help="The last day, within a year." />
                <p class="actions"><button class="button" type="submit">"Hold the environment"</button></p>
            </form>
        </Disclosure>
    }
}
