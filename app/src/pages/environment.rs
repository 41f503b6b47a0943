use domain::action::Action;
use domain::environment::{EnvironmentState, LaunchTarget, Output};
use domain::id::RevocationId;
use domain::observed::{Item, Running};
use domain::view::{EnvironmentPage, RequestAbout};
use leptos::prelude::*;

use super::environment_handover::{HandOverForm, HandedOver};
use super::environment_lease::{Lease, LeaseCallout};
use super::environment_left::{KeptHomes, LeftBehind};
use super::environment_observed::{DriftCallout, RunningCard};
use super::environment_tags::TagsCallout;
use super::environment_terminate::Terminate;
use super::environment_transfer::{OwnerLeft, Transfer, TransferCallout};
use super::environment_version::{Version, VersionCallout};
use crate::components::{
    Callout, Card, Crumb, Day, EnvironmentBadge, ErrorSummary, Fact, Facts, Hidden, Icon, IconView, Moment, PageHead,
    PairList, PostButton, ProgressView, Tone,
};
use crate::document::Page;
use crate::islands::LiveProgress;
use crate::words;

/// One environment: what can be done with it now, how it came to be, and what it is made of. `ended`: the person saw the
/// operation come to its end, and reads first what came of it.
pub fn page(environment: EnvironmentPage, ended: bool) -> Page {
    // The state first: the island writes it anew while an operation is at work.
    let title = format!("{}: {}", words::environment_state(environment.progress.state), environment.name);
    let form = environment.form.clone();
    let live = environment.progress.state.is_passing();
    let state = environment.progress.state;
    let retry = environment.allowed.has(Action::RetryEnvironment).then(|| {
        let fields = vec![("id", environment.id.to_string()), ("version", environment.version.to_string())];
        let label = if state == EnvironmentState::Error { "Try again" } else { "Try the update again" };
        view! { <PostButton action="/api/retry_environment" label fields /> }
    });
    let progress = environment.progress.clone();
    let progress = if live {
        view! {
            <LiveProgress>
                <ProgressView progress />
            </LiveProgress>
        }
        .into_any()
    } else {
        view! { <ProgressView progress /> }.into_any()
    };
    let terminate = environment.allowed.has(Action::TerminateEnvironment)
        && state != EnvironmentState::Terminated
        && state != EnvironmentState::Terminating;
    let terminate = terminate.then(|| view! { <Terminate environment=environment.clone() /> });
    let revoke = environment.may_revoke.then(|| view! { <Revoke environment=environment.clone() /> });
    let over = matches!(state, EnvironmentState::Terminating | EnvironmentState::Terminated);
    let looked = environment.launch.is_some() || environment.observed.read_at.is_some();
    let runs = looked && !over && !live;
    let crumbs = vec![Crumb::new("/environments", "Environments")];
    let body = view! {
        <PageHead title=environment.name.clone() lead=environment.product_name.clone() crumbs>
            <EnvironmentBadge state />
            {retry}
        </PageHead>
        {ended.then(|| view! { <Ended state /> })}
        <LeftBehind environment=environment.clone() />
        <KeptHomes environment=environment.clone() />
        {(!over).then(|| view! { <OwnerLeft environment=environment.clone() /> })}
        {(!over).then(|| view! { <TransferCallout environment=environment.clone() /> })}
        {(!over).then(|| view! { <HandedOver environment=environment.clone() /> })}
        <Revoked revoked=environment.revoked.clone() is_owner=environment.is_owner />
        {(!over).then(|| view! { <DriftCallout environment=environment.clone() /> <LeaseCallout environment=environment.clone() /> })}
        {(!over && !live).then(|| view! { <TagsCallout environment=environment.clone() /> <VersionCallout environment=environment.clone() /> })}
        <ErrorSummary state=form.clone() />
        <Launch environment=environment.clone() />
        <div class="columns">
            <div class="stack">
                <Card title="Progress">{progress}</Card>
                {runs.then(|| view! { <RunningCard environment=environment.clone() /> })}
                <Outputs outputs=environment.outputs.clone() over />
                {(!over).then(|| view! { <Lease environment=environment.clone() /> })}
                {(!over && !live).then(|| view! { <Version environment=environment.clone() /> })}
                {(!over && !live).then(|| view! { <HandOverForm environment=environment.clone() /> })}
                {(!over && !live).then(|| view! { <Transfer environment=environment.clone() /> })}
                {revoke}
                {terminate}
            </div>
            <div class="stack"><About environment /></div>
        </div>
    };
    Page { live, ..Page::new(title, body).with_errors(&form) }
}

/// The way in; the URL is made when the button is pressed, and never gets into a page or a script.
#[component]
fn Launch(environment: EnvironmentPage) -> impl IntoView {
    // One that is tainted runs as before the change that failed.
    let opens = matches!(environment.progress.state, EnvironmentState::Available | EnvironmentState::Tainted);
    let target = environment.launch.filter(|_| opens)?;
    let (label, what) = match target {
        LaunchTarget::Studio { domain_id, user_profile_name } => {
            ("Open Studio", format!("SageMaker Studio domain {domain_id}, user profile {user_profile_name}."))
        }
        LaunchTarget::NotebookInstance { name } => ("Open notebook", format!("SageMaker notebook instance {name}.")),
    };
    let resting = at_rest(&environment.observed.running);
    let action = if let Some(status) = resting.filter(|_| environment.allowed.has(Action::LaunchEnvironment)) {
        let said = match status.as_str() {
            "Pending" | "Updating" => "It is opened once it has started, in a few minutes.",
            "Failed" => "It is not opened: AWS could not start it.",
            _ => "It is stopped: start it below, under What runs, to open it.",
        };
        view! { <p class="text-muted">{said}</p> }.into_any()
    } else if environment.allowed.has(Action::LaunchEnvironment) {
        view! {
            <form method="post" action="/api/launch_environment" target="_blank">
                <Hidden name="id" value=environment.id.to_string() />
                <button class="button button-primary" type="submit">
                    {label}
                    <IconView icon=Icon::External />
                    <span class="sr-only">" (in a new tab)"</span>
                </button>
            </form>
        }
        .into_any()
    } else if environment.revoked.is_some() {
        view! { <p class="text-muted">"It is not opened: access to it is revoked."</p> }.into_any()
    } else if environment.transfer.is_some() {
        view! { <p class="text-muted">"It is not opened: it changes hands."</p> }.into_any()
    } else if environment.lease.standing.has_ended() {
        view! { <p class="text-muted">"It is not opened: its lease has ended."</p> }.into_any()
    } else if environment.is_owner {
        view! { <p class="text-muted">"You may not open it: you are no longer a member of its project."</p> }.into_any()
    } else {
        view! { <p class="text-muted">"Only " {environment.owner} " may open it."</p> }.into_any()
    };
    Some(view! {
        <section class="card" aria-label=label>
            <div class="card-body sm:grid-cols-[minmax(0,1fr)_auto] sm:items-center">
                <div>
                    <p class="font-semibold">{what}</p>
                    {environment.is_owner.then(|| view! { <p class="text-sm text-muted">{environment.launch_note}</p> })}
                </div>
                {action}
            </div>
        </section>
    })
}

/// How a notebook instance stands that AWS does not open, by the last look.
fn at_rest(running: &[Running]) -> Option<String> {
    let notebook = running.iter().find(|it| matches!(it.item, Item::NotebookInstance { .. }))?;
    (notebook.status != "InService").then(|| notebook.status.clone())
}

/// Access to it is revoked; where the page about that is, for those who may see it.
#[component]
fn Revoked(revoked: Option<Vec<RevocationId>>, is_owner: bool) -> impl IntoView {
    let revocations = revoked?;
    let links = revocations
        .into_iter()
        .map(|id| view! { <p><a href=format!("/revocations/{id}")>"Why, by whom, and how to restore it"</a></p> })
        .collect_view();
    let owner =
        is_owner.then(|| view! { <p>"You can see it here and do nothing with it. Ask a lead of the project, or the platform team."</p> });
    Some(view! { <Callout tone=Tone::Bad title="Access to this environment is revoked.">{owner} {links}</Callout> })
}

/// The way to cut it, or its owner, off.
#[component]
fn Revoke(environment: EnvironmentPage) -> impl IntoView {
    view! {
        <Card title="Access">
            <p>"Cut " {environment.owner} " off from this environment, or from more, at once. It is given back as easily."</p>
            <p class="actions">
                <a class="button button-danger" href=format!("/revoke?environment={}", environment.id)>"Revoke access"</a>
            </p>
        </Card>
    }
}

#[component]
fn Outputs(outputs: Vec<Output>, over: bool) -> impl IntoView {
    let title = if over { "Outputs, as they were" } else { "Outputs" };
    (!outputs.is_empty()).then(|| {
        let items = outputs
            .into_iter()
            .map(|output| {
                view! {
                    <div>
                        <dt>
                            <span class="font-mono">{output.key}</span>
                            {(!output.description.is_empty())
                                .then(|| view! { <span class="block">{output.description}</span> })}
                        </dt>
                        <dd><code>{output.value}</code></dd>
                    </div>
                }
            })
            .collect_view();
        view! { <Card title><Facts wide=true>{items}</Facts></Card> }
    })
}

#[component]
fn About(environment: EnvironmentPage) -> impl IntoView {
    let over = environment.progress.state == EnvironmentState::Terminated;
    let parameters = (!environment.parameters.is_empty()).then(|| {
        let pairs = environment.parameters;
        view! { <Card title="Parameters"><div class="narrow"><PairList pairs /></div></Card> }
    });
    let tags = (!environment.tags.is_empty())
        .then(|| view! { <Card title="Tags"><div class="narrow"><PairList pairs=environment.tags /></div></Card> });
    view! {
        <Card title="About">
            <Facts>
                <Fact term="Owner">{environment.owner}</Fact>
                {environment.named_after.map(|name| view! { <Fact term="Named in AWS after"><code>{name}</code></Fact> })}
                <Fact term="Project and stage">{environment.project.to_string()} " / " {environment.stage.label()}</Fact>
                <Fact term="Account">
                    {environment.account_name} " (" <code>{environment.account.to_string()}</code> "), "
                    {environment.region.to_string()}
                </Fact>
                <Fact term="Product">
                    <a href=format!("/catalog/{}", environment.product)>{environment.product_name}</a>
                    ", version " {environment.version_name}
                </Fact>
                <Fact term="Approved"><Moment at=environment.created_at /></Fact>
                {(!over).then(|| view! { <Fact term="Lease ends"><Moment at=environment.lease.ends_at /></Fact> })}
                {environment
                    .termination
                    .map(|(by, at)| {
                        let term = if over { "Terminated" } else { "Termination asked for" };
                        view! { <Fact term><Moment at /> " by " {by}</Fact> }
                    })}
                {environment
                    .provisioned_product
                    .map(|id| view! { <Fact term="Provisioned product"><code>{id}</code></Fact> })}
            </Facts>
        </Card>
        <Requests requests=environment.requests />
        {parameters}
        {tags}
    }
}

/// What was asked for about it, and what became of that.
#[component]
fn Requests(requests: Vec<RequestAbout>) -> impl IntoView {
    let rows = requests
        .into_iter()
        .map(|it| {
            let kind = words::request_kind(it.kind);
            let kind = if it.may_see {
                view! { <a href=format!("/requests/{}", it.id)>{kind}</a> }.into_any()
            } else {
                kind.into_any()
            };
            view! {
                <li>
                    {kind}
                    <span class="block text-sm text-muted">
                        {words::request_state(it.state)} ", asked for by " {it.requester} ", " <Day at=it.submitted_at />
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <Card title="Requests"><ul class="stack gap-2">{rows}</ul></Card> }
}

/// What came of the operation that the person watched until its end.
#[component]
fn Ended(state: EnvironmentState) -> impl IntoView {
    let (tone, title) = match state {
        EnvironmentState::Available => (Tone::Good, "It is ready: the environment is available."),
        EnvironmentState::Terminated => (Tone::Neutral, "It is done: the environment is terminated."),
        EnvironmentState::Tainted => {
            (Tone::Warn, "It is over: the last change failed, the environment runs as before.")
        }
        EnvironmentState::Error => (Tone::Bad, "It failed: what happened stands under Progress."),
        EnvironmentState::Provisioning | EnvironmentState::Updating | EnvironmentState::Terminating => return None,
    };
    Some(view! { <div id="outcome" tabindex="-1"><Callout tone title role="status" /></div> })
}
