use domain::action::Action;
use domain::observed::{Drift, Item, Running, Space};
use domain::operation::OperationKind;
use domain::view::{DriftView, EnvironmentPage, FormState, IdleView, ObservedView, RunningWork};
use leptos::prelude::*;

use super::environment_idle::{Idleness, MarkForm, Marked};
use crate::components::{Badge, Callout, Card, Choice, Icon, Moment, PostButton, ProblemCallout, Tone};

/// In what AWS has it other than the portal left it, and what to do about that.
#[component]
pub fn DriftCallout(environment: EnvironmentPage) -> impl IntoView {
    let observed = environment.observed;
    let told: Vec<_> = observed.drift.iter().filter_map(told).collect();
    let retags = observed.drift.iter().any(|it| matches!(it.drift, Drift::Owner { .. }))
        && environment.transfer.is_none()
        && environment.allowed.has(Action::TransferEnvironment);
    let repair = retags.then(|| {
        let fields = vec![("id", environment.id.to_string()), ("version", environment.version.to_string())];
        view! {
            <p>"The tag can be put back. What runs ends first: whoever it named may have started it."</p>
            <div class="actions"><PostButton action="/api/repair_owner" label="Put the owner's tag back" fields /></div>
        }
    });
    (!told.is_empty()).then(|| {
        let items = told.into_iter().map(|(what, next)| view! { <li>{what} " " {next}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Warn title="AWS has this environment other than the portal left it.">
                <ul class="grid list-disc gap-1 pl-5">{items}</ul>
                {repair}
            </Callout>
        }
    })
}

/// What is so, and what to do. `None`: the environment's own state says it.
fn told(it: &DriftView) -> Option<(String, &'static str)> {
    Some(match &it.drift {
        Drift::Gone | Drift::Tainted { .. } | Drift::Failed { .. } => return None,
        Drift::UnderChange => {
            ("It is being changed in AWS, past the portal.".to_owned(), "Wait until that is over, then look again.")
        }
        Drift::Version { artifact } => {
            let version = it.version.clone().unwrap_or_else(|| artifact.to_string());
            (
                format!("AWS has it in version {version}, which was not provisioned by the portal."),
                "Below, under Version, it can be taken over, or updated to the version that was approved.",
            )
        }
        Drift::NothingToOpen => (
            "What is opened here is not there any more: it was deleted past the portal.".to_owned(),
            "Terminate the environment and request another, or ask the platform team to mend its stack.",
        ),
        Drift::Owner { is: Some(owner) } => (
            format!("It is tagged with another owner, {owner}: AWS lets its owner here open it no more."),
            "Nobody but the portal may set this tag: a lead or an admin puts it back.",
        ),
        Drift::Owner { is: None } => (
            "It has lost the tag with its owner: AWS lets nobody open it.".to_owned(),
            "Nobody but the portal may change this tag: a lead or an admin puts it back.",
        ),
    })
}

/// What runs, how fresh that is, and the way to stop it.
#[component]
pub fn RunningCard(environment: EnvironmentPage) -> impl IntoView {
    let id = environment.id.to_string();
    let allowed = environment.allowed;
    let state = environment.form;
    let ObservedView { running, spaces, read_at, problem, waiting, work, mut idle, .. } = environment.observed;
    let at_work = work.as_ref().is_some_and(|work| !work.failed);
    let stops = allowed.has(Action::StopEnvironment) && !at_work;
    let starts = allowed.has(Action::StartEnvironment) && !at_work;
    let marks = allowed.has(Action::MarkRunningJob);
    let mark = mark_form(&id, &running, state, marks);
    let unused: Vec<Space> = spaces.into_iter().filter(|space| !running.iter().any(|it| runs_in(it, space))).collect();
    let nothing = running.is_empty() && unused.is_empty();
    let several = running.iter().filter(|it| it.is_billed()).count() > 1;
    let stop_all = (stops && several).then(|| {
        let fields = vec![("id", id.clone()), ("what", "all".to_owned())];
        view! { <PostButton action="/api/stop_running" label="Stop all" described="Stop all that runs" fields /> }
    });
    let list = if nothing {
        let text = if read_at.is_some() { "Nothing runs." } else { "AWS was not asked yet." };
        view! { <p class="text-muted">{text}</p> }.into_any()
    } else {
        let running = running
            .into_iter()
            .map(|running| {
                let stop = stops && running.is_billed();
                let start = starts && running.is_startable();
                let idle = idle.remove(&running.item.key());
                view! { <RunningItem running id=id.clone() stop start idle marks /> }
            })
            .collect_view();
        let unused = unused.into_iter().map(|space| view! { <Unused space /> }).collect_view();
        view! { <ul class="rows">{running} {unused}</ul> }.into_any()
    };
    let look = allowed.has(Action::ObserveEnvironment).then(|| {
        let fields = vec![("id", id.clone())];
        let label = if read_at.is_some() { "Look again" } else { "Look now" };
        let described = format!("{label} what runs");
        view! { <PostButton action="/api/observe_environment" label described class="button button-small" fields /> }
    });
    let fresh = match (waiting || at_work, read_at) {
        (true, _) => view! {
            <span>{if at_work { "It is being carried out." } else { "AWS is being asked." }}</span>
            <a href=format!("/environments/{id}")>"Show how far it is"</a>
        }
        .into_any(),
        (false, Some(at)) => view! { <span>"AWS was asked on " <Moment at /> "."</span> {look} }.into_any(),
        (false, None) => look.into_any(),
    };
    view! {
        <Card title="What runs" id="runs">
            <div class="stack gap-3">
                {work.map(|work| view! { <Work work /> })}
                {problem.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
                {list}
                {stop_all.map(|stop| view! { <div class="actions">{stop}</div> })}
                {mark}
                <div class="text-sm text-muted flex flex-wrap items-center gap-2">{fresh}</div>
            </div>
        </Card>
    }
}

/// The form to say what runs a job, where something runs that costs.
fn mark_form(id: &str, running: &[Running], state: FormState, marks: bool) -> Option<AnyView> {
    let billed = running.iter().filter(|it| marks && it.is_billed());
    let choices: Vec<Choice> =
        billed.map(|it| Choice::new(it.item.key(), format!("{}, {}", it.item.name(), what_it_is(&it.item)))).collect();
    (!choices.is_empty()).then(|| view! { <MarkForm id=id.to_owned() choices state /> }.into_any())
}

fn what_it_is(item: &Item) -> String {
    match item {
        Item::App { app_type, space: Some(space), .. } => format!("{app_type} app in space {space}"),
        Item::App { app_type, .. } => format!("{app_type} app"),
        Item::NotebookInstance { .. } => "Notebook instance".to_owned(),
    }
}

fn runs_in(it: &Running, space: &Space) -> bool {
    matches!(&it.item, Item::App { domain, space: Some(name), .. }
        if *domain == space.domain && name.eq_ignore_ascii_case(&space.name))
}

/// The stop or start that is under way, or failed.
#[component]
fn Work(work: RunningWork) -> impl IntoView {
    let RunningWork { kind, by, since, remaining, problem, failed } = work;
    if let Some(problem) = problem.clone().filter(|_| failed) {
        return view! { <ProblemCallout problem /> }.into_any();
    }
    let title = match (kind, remaining) {
        (OperationKind::Start, _) => "The notebook instance is being started.".to_owned(),
        (_, Some(1)) => "It is being stopped: one is left.".to_owned(),
        (_, Some(left)) => format!("It is being stopped: {left} are left."),
        _ => "It is being stopped.".to_owned(),
    };
    let trouble =
        problem.map(|problem| view! { <p>{problem.what} " " {problem.why} " The portal tries again by itself."</p> });
    view! {
        <Callout tone=Tone::Info title role="status">
            <p>"Asked for by " {by} " on " <Moment at=since /> "."</p>
            {trouble}
        </Callout>
    }
    .into_any()
}

#[component]
fn RunningItem(
    running: Running,
    id: String,
    stop: bool,
    start: bool,
    idle: Option<IdleView>,
    marks: bool,
) -> impl IntoView {
    let what = what_it_is(&running.item);
    let (tone, icon) = match running.status.as_str() {
        "InService" => (Tone::Good, Icon::Check),
        "Failed" => (Tone::Bad, Icon::Cross),
        _ => (Tone::Neutral, Icon::Minus),
    };
    let name = running.item.name().to_owned();
    let idle = idle.map(|idle| {
        let (what, name, id) = (running.item.key(), name.clone(), id.clone());
        let mark = idle.mark.clone().map(|mark| view! { <Marked id what name mark marks /> });
        view! { <Idleness idle /> {mark} }
    });
    let button = if stop {
        let fields = vec![("id", id), ("what", running.item.key())];
        let described = format!("Stop {name}, {what}");
        view! { <PostButton action="/api/stop_running" label="Stop" described class="button button-small" fields /> }
            .into_any()
    } else if start {
        let described = format!("Start {name}");
        let fields = vec![("id", id)];
        view! { <PostButton action="/api/start_notebook_instance" label="Start" described class="button button-small" fields /> }
            .into_any()
    } else {
        ().into_any()
    };
    let since = running.since.map(|at| view! { " since " <Moment at /> });
    let instance = (!running.instance_type.is_empty()).then(|| view! { <code>{running.instance_type}</code> });
    view! {
        <li class="row">
            <div class="row-main"><p class="font-semibold">{name}</p><p class="row-sub">{what}</p>{idle}</div>
            <p class="row-sub">{instance}{since}</p>
            <div class="flex flex-wrap items-center gap-2"><Badge tone icon text=running.status />{button}</div>
        </li>
    }
}

/// A space in which nothing runs: what was saved in it is there.
#[component]
fn Unused(space: Space) -> impl IntoView {
    let what = if space.app_type.is_empty() { "Space".to_owned() } else { format!("Space for {}", space.app_type) };
    view! {
        <li class="row">
            <div class="row-main"><p class="font-semibold">{space.name}</p><p class="row-sub">{what}</p></div>
            <p class="row-sub">"Its storage is kept. Its app is started in Studio."</p>
            <div><Badge tone=Tone::Neutral icon=Icon::Minus text="Nothing runs in it" /></div>
        </li>
    }
}
