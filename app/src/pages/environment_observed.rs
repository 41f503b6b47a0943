use domain::action::Action;
use domain::observed::{Drift, Running, RunningKind, Space};
use domain::view::{DriftView, EnvironmentPage, ObservedView};
use leptos::prelude::*;

use crate::components::{Badge, Callout, Card, Icon, Moment, PostButton, ProblemCallout, Tone};

/// In what AWS has it other than the portal left it, and what to do about that.
#[component]
pub fn DriftCallout(observed: ObservedView) -> impl IntoView {
    let told: Vec<_> = observed.drift.iter().filter_map(told).collect();
    (!told.is_empty()).then(|| {
        let items = told.into_iter().map(|(what, next)| view! { <li>{what} " " {next}</li> }).collect_view();
        view! {
            <Callout tone=Tone::Warn title="AWS has this environment other than the portal left it.">
                <ul class="grid list-disc gap-1 pl-5">{items}</ul>
            </Callout>
        }
    })
}

/// What is so, and what to do. `None`: the environment's own state says it.
fn told(it: &DriftView) -> Option<(String, &'static str)> {
    Some(match &it.drift {
        Drift::Gone | Drift::Tainted { .. } | Drift::Failed { .. } => return None,
        Drift::UnderChange => (
            "It is being changed in AWS, past the portal.".to_owned(),
            "Wait until that is over, then look again.",
        ),
        Drift::Version { artifact } => {
            let version = it.version.clone().unwrap_or_else(|| artifact.to_string());
            (
                format!("AWS has it in version {version}, which was not provisioned by the portal."),
                "Ask whoever did that for the reason; the platform team can provision the version that was approved.",
            )
        }
        Drift::NothingToOpen => (
            "What is opened here is not there any more: it was deleted past the portal.".to_owned(),
            "Terminate the environment and request another, or ask the platform team to mend its stack.",
        ),
        Drift::Owner { is: Some(owner) } => (
            format!("It is tagged with another owner, {owner}: AWS lets its owner here open it no more."),
            "Tell the platform team: nobody but the portal may set this tag.",
        ),
        Drift::Owner { is: None } => (
            "It has lost the tag with its owner: AWS lets nobody open it.".to_owned(),
            "Tell the platform team: nobody but the portal may change this tag.",
        ),
    })
}

/// What runs, and how fresh that is.
#[component]
pub fn RunningCard(environment: EnvironmentPage) -> impl IntoView {
    let ObservedView { running, spaces, read_at, problem, waiting, .. } = environment.observed;
    let idle: Vec<Space> = spaces.into_iter().filter(|space| !running.iter().any(|it| runs_in(it, space))).collect();
    let nothing = running.is_empty() && idle.is_empty();
    let list = if nothing {
        let text = if read_at.is_some() { "Nothing runs." } else { "AWS was not asked yet." };
        view! { <p class="text-muted">{text}</p> }.into_any()
    } else {
        let running = running.into_iter().map(|running| view! { <Item running /> }).collect_view();
        let idle = idle.into_iter().map(|space| view! { <Idle space /> }).collect_view();
        view! { <ul class="rows">{running} {idle}</ul> }.into_any()
    };
    let look = environment.allowed.has(Action::ObserveEnvironment).then(|| {
        let fields = vec![("id", environment.id.to_string())];
        view! { <PostButton action="/api/observe_environment" label="Look again" described="Have AWS asked again what runs: Look again" class="button button-small" fields /> }
    });
    let fresh = match (waiting, read_at) {
        (true, _) => view! {
            "AWS is being asked. " <a href=format!("/environments/{}", environment.id)>"Show the answer"</a>
        }
        .into_any(),
        (false, Some(at)) => view! { "AWS was asked on " <Moment at /> ". " {look} }.into_any(),
        (false, None) => look.into_any(),
    };
    view! {
        <Card title="What runs">
            <div class="stack gap-3">
                {problem.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
                {list}
                <p class="text-sm text-muted flex flex-wrap items-center gap-2">{fresh}</p>
            </div>
        </Card>
    }
}

fn runs_in(it: &Running, space: &Space) -> bool {
    matches!(&it.kind, RunningKind::App { domain, space: Some(name), .. }
        if *domain == space.domain && name.eq_ignore_ascii_case(&space.name))
}

#[component]
fn Item(running: Running) -> impl IntoView {
    let what = match &running.kind {
        RunningKind::App { app_type, space: Some(space), .. } => format!("{app_type} app in space {space}"),
        RunningKind::App { app_type, .. } => format!("{app_type} app"),
        RunningKind::NotebookInstance => "Notebook instance".to_owned(),
    };
    let (tone, icon) = match running.status.as_str() {
        "InService" => (Tone::Good, Icon::Check),
        "Failed" => (Tone::Bad, Icon::Cross),
        _ => (Tone::Neutral, Icon::Minus),
    };
    let since = running.since.map(|at| view! { " since " <Moment at /> });
    let instance = (!running.instance_type.is_empty()).then(|| view! { <code>{running.instance_type}</code> });
    view! {
        <li class="row">
            <div class="row-main"><p class="font-semibold">{running.name}</p><p class="row-sub">{what}</p></div>
            <p class="row-sub">{instance}{since}</p>
            <div><Badge tone icon text=running.status /></div>
        </li>
    }
}

/// A space in which nothing runs: what was saved in it is there.
#[component]
fn Idle(space: Space) -> impl IntoView {
    let what = if space.app_type.is_empty() { "Space".to_owned() } else { format!("Space for {}", space.app_type) };
    view! {
        <li class="row">
            <div class="row-main"><p class="font-semibold">{space.name}</p><p class="row-sub">{what}</p></div>
            <p class="row-sub">"Its storage is kept."</p>
            <div><Badge tone=Tone::Neutral icon=Icon::Minus text="Nothing runs in it" /></div>
        </li>
    }
}
