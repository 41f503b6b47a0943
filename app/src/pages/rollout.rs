use domain::action::Action;
use domain::rollout::{Progress, RolloutState};
use domain::view::{RolloutItemRow, RolloutPage};
use leptos::prelude::*;

use crate::components::{
    Badge, Callout, Card, Clock, Crumb, Fact, Facts, Icon, Moment, PageHead, PostButton, ProblemCallout, RolloutBadge,
    Table, Tone,
};
use crate::document::Page;
use crate::islands::UnderWay;
use crate::words;

/// One rollout: how far each update is, and what can be done where it stopped.
pub fn page(rollout: RolloutPage) -> Page {
    let all = rollout.items.len() + rollout.hidden;
    let done = rollout.items.iter().filter(|item| item.progress == Progress::Done).count();
    let title = format!("Rollout: {}", words::rollout_state(rollout.state));
    let lead = format!("{done} of {} updated", words::count(all as u64, "environment", "environments"));
    let manages = rollout.allowed.has(Action::ManageRollout);
    let (id, version) = (rollout.id.to_string(), rollout.version.to_string());
    let waits = rollout.items.iter().any(|item| item.progress == Progress::Waiting);
    let go_on = (manages && waits && rollout.state == RolloutState::Stopped).then(|| {
        let fields = vec![("id", id.clone()), ("version", version)];
        view! { <PostButton action="/api/continue_rollout" label="Go on with the rest" fields /> }
    });
    let end = manages.then(|| {
        let fields = vec![("id", id)];
        view! { <PostButton action="/api/end_rollout" label="End the rollout" fields /> }
    });
    let trouble = rollout.trouble.map(|(problem, at)| {
        view! {
            <ProblemCallout problem tone=Tone::Warn />
            <p class="text-sm text-muted">"The portal tries again at " <Clock at /> " UTC."</p>
        }
    });
    let undecided = rollout.items.iter().filter(|item| item.undecided).count();
    let ended = rollout.ended_by.clone();
    let stands = Standing { state: rollout.state, undecided, ended: ended.is_some() };
    let hidden = (rollout.hidden > 0).then(|| {
        let text = words::count(rollout.hidden as u64, "more is not shown to you.", "more are not shown to you.");
        view! { <p class="card-body text-muted">{text}</p> }
    });
    let live = rollout.state == RolloutState::Running;
    let body = view! {
        <PageHead title="Rollout" lead crumbs=vec![Crumb::new("/rollouts", "Rollouts")]>
            <RolloutBadge state=rollout.state />
            {go_on}
            {end}
        </PageHead>
        {rollout.problem.map(|problem| view! { <ProblemCallout problem /> })}
        {stands.in_words()}
        <Card title="Environments" flush=true>
            <div class="card-body">
                <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                    <span class="text-sm text-muted">"as of " <Clock at=rollout.as_of /> " UTC"</span>
                    {live.then(|| view! { <UnderWay /> })}
                </div>
                {trouble}
            </div>
            <Items items=rollout.items state=rollout.state />
            {hidden}
        </Card>
        <Card title="About">
            <Facts wide=true>
                <Fact term="Reason"><span class="whitespace-pre-line break-words">{rollout.reason}</span></Fact>
                <Fact term="Begun by">{rollout.by}</Fact>
                <Fact term="Begun"><Moment at=rollout.created_at /></Fact>
                {ended.map(|by| view! { <Fact term="Ended by">{by}</Fact> })}
                <Fact term="Last change"><Moment at=rollout.updated_at /></Fact>
            </Facts>
        </Card>
    };
    Page { live, ..Page::new(title, body) }
}

/// What is to be known of how it stands.
struct Standing {
    state: RolloutState,
    undecided: usize,
    ended: bool,
}

impl Standing {
    fn in_words(&self) -> Option<impl IntoView + use<>> {
        let (title, text) = match self.state {
            RolloutState::Running if self.ended => {
                ("It ends with the update that is being made.".to_owned(), "No other is begun.".to_owned())
            }
            RolloutState::Running if self.undecided > 0 => (
                words::count(self.undecided as u64, "request waits for its decision.", "requests wait for their decision."),
                "What is approved is updated meanwhile, one environment after the other. What nobody decides in time is passed over.".to_owned(),
            ),
            _ => return None,
        };
        Some(view! { <Callout tone=Tone::Info title><p>{text}</p></Callout> })
    }
}

#[component]
fn Items(items: Vec<RolloutItemRow>, state: RolloutState) -> impl IntoView {
    let rows = items
        .into_iter()
        .map(|item| {
            let it = item.environment;
            let request =
                item.request.map(|request| view! { <a href=format!("/requests/{request}")>"Its request"</a> });
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/environments/{}", it.id)>{it.name}</a>
                        <span class="block text-sm font-normal text-muted">
                            {format!("of {}, {} / {}", it.owner, it.project, it.stage.label())}
                        </span>
                    </th>
                    <td data-label="Update"><ProgressView progress=item.progress undecided=item.undecided state /></td>
                    <td data-label="Request">{request}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Environment", "Update", "Request"];
    view! { <Table label="How far each update is" columns stack=true>{rows}</Table> }
}

#[component]
fn ProgressView(progress: Progress, undecided: bool, state: RolloutState) -> impl IntoView {
    let (tone, icon, word, text) = match progress {
        Progress::Waiting if undecided => (Tone::Neutral, Icon::Clock, "Waits for a decision", String::new()),
        Progress::Waiting if state == RolloutState::Stopped => {
            (Tone::Neutral, Icon::Clock, "Not begun", "It waits until the rollout goes on.".to_owned())
        }
        Progress::Waiting => (Tone::Neutral, Icon::Clock, "Waits for its turn", String::new()),
        Progress::Updating => (Tone::Info, Icon::Running, "Being updated", String::new()),
        Progress::Done => (Tone::Good, Icon::Check, "Updated", String::new()),
        Progress::Failed { problem } => (Tone::Bad, Icon::Cross, "Failed", format!("{} {}", problem.what, problem.why)),
        Progress::PassedOver { why } => (Tone::Warn, Icon::Minus, "Not updated", why),
    };
    view! {
        <div class="grid gap-1">
            <span><Badge tone icon text=word /></span>
            {(!text.is_empty()).then(|| view! { <span class="text-sm text-muted break-words">{text}</span> })}
        </div>
    }
}
