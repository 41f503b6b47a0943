use domain::action::Action;
use domain::question::MessageKind;
use domain::rollout::Progress;
use domain::view::{ConstraintRow, ExtensionOf, FormState, RequestPage, StepRow, StepState, TimelineEntry};
use leptos::prelude::*;

use crate::components::{
    Badge, Callout, Card, Constraint, Crumb, Disclosure, EnvironmentRows, ErrorSummary, Fact, Facts, Hidden, Icon,
    Moment, PageHead, PairList, PostButton, ProblemCallout, RequestBadge, RequestRows, TextArea, Tone, Unsent,
};
use crate::document::Page;
use crate::pages::preflight::PreflightCard;
use crate::pages::request_questions::{Asked, Questions};
use crate::pages::update_preview::PreviewCard;
use crate::words;

/// Everything needed to decide on one page: who, why, where, what it creates, what the platform sets, what runs already.
pub fn page(request: RequestPage) -> Page {
    let title = format!("Request {}", request.name);
    let state = request.form.clone();
    let (decide, open) = (request.allowed.has(Action::DecideRequest), !request.state.is_final());
    let environment = request.environment.as_ref().map(|id| {
        view! { <a class="button button-primary" href=format!("/environments/{id}")>"Go to the environment"</a> }
    });
    let withdraw = (open && request.allowed.has(Action::WithdrawRequest)).then(|| {
        let fields = vec![("id", request.id.to_string()), ("version", request.version.to_string())];
        view! { <PostButton action="/api/withdraw_request" label="Withdraw request" fields /> }
    });
    let again =
        (request.is_mine && request.state.is_final() && request.environment.is_none() && request.update.is_none())
            .then(|| {
                let fields = vec![("id", request.id.to_string())];
                view! { <PostButton action="/api/request_again" label="Request again" fields /> }
            });
    let (is_mine, is_update) = (request.is_mine, request.update.is_some());
    let denied = request.denial.clone().map(|denial| {
        let title = format!("{} denied this request.", denial.by);
        view! {
            <Callout tone=Tone::Bad title>
                <p class="whitespace-pre-line break-words">{denial.reason}</p>
                {(is_mine && is_update)
                    .then(|| view! { <p>"Change what was wrong and ask for the update again, from the page of the environment."</p> })}
                {(is_mine && !is_update)
                    .then(|| view! { <p>"Change what was wrong and request it again: the form comes with the same values."</p> })}
            </Callout>
        }
    });
    let waiting = (open && !decide).then(|| {
        let expires = words::day(request.expires_at);
        view! {
            <Callout tone=Tone::Info title=request.approvers.clone()>
                <p>"Without a decision the request expires on " {expires} "."</p>
            </Callout>
        }
    });
    let gone = gone_fields(&request);
    let hindrance = request.hindrance.clone().map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> });
    let preview = request.update.clone().and_then(|update| update.preview);
    let preview = preview.map(|preview| view! { <PreviewCard preview /> });
    let updates = request.update.clone().map(|update| {
        view! {
            <Callout tone=Tone::Info title=format!("An update from version {} to {}.", update.version_name, request.version_name)>
                <p>"It is of " <a href=format!("/environments/{}", update.environment)>"an environment that is there"</a> ", which stays what it is but for what stands below."</p>
            </Callout>
        }
    });
    let extension = request.extension.clone().map(|of| view! { <Extension of open /> });
    let preflight = request.preflight.clone().map(|preflight| view! { <PreflightCard preflight /> });
    let decision = (open && decide).then(|| {
        let id = request.id.to_string();
        let (approvers, state, possible) =
            (request.approvers.clone(), request.form.clone(), request.hindrance.is_none());
        let then = after_approval(&request);
        view! { <Decision id version=request.version approvers state possible then /> }
    });
    let body = view! {
        <PageHead title=request.name.clone() lead=request.product_name.clone() crumbs=vec![Crumb::new("/requests", "Requests")]>
            <RequestBadge state=request.state />
            {environment}
            {withdraw}
            {again}
        </PageHead>
        {denied}
        <Asked request=request.clone() />
        <ErrorSummary state=request.form.clone() />
        <Unsent state=request.form.clone() gone />
        {hindrance}
        {waiting}
        {open.then_some(updates)}
        <OfRollout request=request.clone() />
        <div class="columns">
            <div class="stack">
                <Why request=request.clone() />
                {extension}
                {preview}
                {preflight}
                <Questions request=request.clone() />
                {decision}
                {request.extension.is_none().then(|| view! { <What request=request.clone() /> })}
                {request.extension.is_none().then(|| view! { <Rules constraints=request.constraints /> })}
            </div>
            <div class="stack">
                {(request.steps.len() > 1 || request.steps.iter().any(|step| !step.agreed.is_empty()))
                    .then(|| view! { <Steps steps=request.steps.clone() approvers=request.approvers.clone() /> })}
                <OfRequester running=request.running history=request.history requester=request.requester project=request.project_name />
                <Card title="What happened so far"><Timeline entries=request.timeline /></Card>
            </div>
        </div>
    };
    Page::new(title, body).with_errors(&state)
}

/// The fields that the page had before somebody else was quicker.
fn gone_fields(request: &RequestPage) -> Vec<&'static str> {
    let open = !request.state.is_final();
    let asked = request.messages.last().is_some_and(|last| last.kind == MessageKind::Question);
    let fields = [
        ("comment", open && request.allowed.has(Action::DecideRequest)),
        ("question", open && request.allowed.has(Action::QuestionRequest)),
        ("answer", open && asked && request.allowed.has(Action::AnswerRequest)),
    ];
    fields.into_iter().filter_map(|(name, is_there)| (!is_there).then_some(name)).collect()
}

#[component]
fn Why(request: RequestPage) -> impl IntoView {
    let mail =
        request.requester_email.map(|mail| view! { " (" <a href=format!("mailto:{mail}")>{mail.clone()}</a> ")" });
    let justification = if request.justification.trim().is_empty() {
        view! { <p class="text-muted">"No reason was given."</p> }.into_any()
    } else {
        view! { <blockquote class="quote">{request.justification}</blockquote> }.into_any()
    };
    view! {
        <Card title="Who, why and where">
            {justification}
            <Facts wide=true>
                <Fact term="Requested by">{request.requester} {mail}</Fact>
                <Fact term="Project">{request.project_name} " (" {request.project.to_string()} ")"</Fact>
                <Fact term="Account">{request.account_name} " (" <code>{request.account.to_string()}</code> "), " {request.region.to_string()}</Fact>
                <Fact term="Stage">{request.stage.label()}</Fact>
                <Fact term="Data class">{words::data_class(request.data_class)}</Fact>
                <Fact term="Cost center">{request.cost_center}</Fact>
                {request
                    .update
                    .is_none()
                    .then(|| view! { <Fact term="Lease">{words::count(request.lease_days, "day", "days")}</Fact> })}
                {(!request.state.is_final())
                    .then(|| view! { <Fact term="To be decided until"><Moment at=request.expires_at /></Fact> })}
            </Facts>
        </Card>
    }
}

/// The rollout that an update is part of, and how far it is there.
#[component]
fn OfRollout(request: RequestPage) -> impl IntoView {
    let open = !request.state.is_final();
    let it = request.update?.rollout?;
    let title = match &it.progress {
        Progress::Waiting if open => "It is part of a rollout over several environments.",
        Progress::Waiting => "It waits for its turn in a rollout.",
        Progress::Updating => "The rollout is at this environment.",
        Progress::Done => "It was made by a rollout.",
        Progress::Failed { .. } => "A rollout stopped here.",
        Progress::PassedOver { .. } => "A rollout passed it over: it was not made.",
    };
    let why = match it.progress {
        Progress::PassedOver { why } => Some(view! { <p>{why}</p> }),
        _ => None,
    };
    let link = it.rollout.map(|id| view! { <p><a href=format!("/rollouts/{id}")>"Go to the rollout"</a></p> });
    Some(view! { <Callout tone=Tone::Info title>{why} {link}</Callout> })
}

/// What more time comes to, while that is not decided.
#[component]
fn Extension(of: ExtensionOf, open: bool) -> impl IntoView {
    let after = open.then(|| view! { <Fact term="After an approval now"><Moment at=of.would_end_at /></Fact> });
    view! {
        <Card title="More time for an environment">
            <Facts wide=true>
                <Fact term="Environment"><a href=format!("/environments/{}", of.environment)>"The page of the environment"</a></Fact>
                <Fact term="Its lease ends"><Moment at=of.ends_at /></Fact>
                {after}
            </Facts>
        </Card>
    }
}

#[component]
fn What(request: RequestPage) -> impl IntoView {
    let creates = request
        .creates
        .into_iter()
        .map(|(kind, number)| view! { <li class="chip">{format!("{number} \u{d7} {}", words::resource_type(&kind))}</li> })
        .collect_view();
    let asked = (!request.asked.is_empty())
        .then(|| view! { <div><h3 class="mb-2">"Chosen by the requester"</h3><PairList pairs=request.asked /></div> });
    let tags = (!request.tags.is_empty())
        .then(|| view! { <div><h3 class="mb-2">"Tags of the resources"</h3><PairList pairs=request.tags /></div> });
    let bound = (!request.bound.is_empty()).then(|| {
        let summary = format!("Set by the platform ({})", request.bound.len());
        view! { <Disclosure summary><PairList pairs=request.bound /></Disclosure> }
    });
    view! {
        <Card title=if request.update.is_some() { "What it has afterwards" } else { "What it creates" }>
            <p>
                <a href=format!("/catalog/{}", request.product)>{request.product_name}</a>
                ", version " {request.version_name} ". " {request.product_description}
            </p>
            <ul class="flex flex-wrap gap-1.5" aria-label="Resources">{creates}</ul>
            <Facts wide=true>
                <Fact term="Time to come up">{words::typical(request.typical)}</Fact>
                <Fact term="Cost">
                    "Not known: the portal has no prices. AWS bills what runs to the account, under cost center "
                    {request.cost_center} "."
                </Fact>
            </Facts>
            {asked}
            {tags}
            {bound}
        </Card>
    }
}

/// What follows an approval by whoever decides now.
fn after_approval(request: &RequestPage) -> String {
    let ahead = request.steps.iter().find(|step| step.state == StepState::Ahead);
    match request.steps.iter().find(|step| step.state == StepState::Open) {
        Some(open) if open.wanting > 1 => {
            format!("After your approval {} more have to agree.", open.wanting - 1)
        }
        Some(_) if ahead.is_some() => {
            let next = ahead.map(|step| step.who.clone()).unwrap_or_default();
            format!("After your approval it is up to {next}.")
        }
        _ if request.extension.is_some() => "After an approval the lease ends later at once.".to_owned(),
        _ if request.update.as_ref().is_some_and(|update| update.rollout.is_some()) => {
            "After an approval the environment is updated when its turn comes in the rollout.".to_owned()
        }
        _ if request.update.is_some() => "After an approval the environment is updated at once.".to_owned(),
        _ => "After an approval the environment is provisioned at once.".to_owned(),
    }
}

#[component]
fn Decision(
    id: String,
    version: i64,
    approvers: String,
    state: FormState,
    possible: bool,
    /// What follows an approval.
    then: String,
) -> impl IntoView {
    let approve = possible.then(|| {
        view! { <button class="button button-primary" type="submit" name="decision" value="approve">"Approve"</button> }
    });
    let note = if possible { then } else { "It cannot be approved as it stands: see the top of the page.".to_owned() };
    view! {
        <Card title="Your decision" note=approvers id="decide">
            <form class="stack gap-4" method="post" action="/api/decide_request" novalidate>
                <Hidden name="id" value=id />
                <Hidden name="version" value=version.to_string() />
                <TextArea
                    label="Comment"
                    name="comment"
                    help="The requester reads it. A denial needs one."
                    required=false
                    lines=3
                    state
                />
                <p class="actions">
                    {approve}
                    <button class="button button-danger" type="submit" name="decision" value="deny">"Deny"</button>
                    <span class="text-sm text-muted">{note}</span>
                </p>
            </form>
        </Card>
    }
}

/// Who has to agree, one step after the other, and how far that came.
#[component]
fn Steps(steps: Vec<StepRow>, approvers: String) -> impl IntoView {
    let note = words::count(steps.len() as u64, "step", "steps");
    let items = steps
        .into_iter()
        .map(|step| {
            let (tone, icon, text) = match step.state {
                StepState::Done => (Tone::Good, Icon::Check, "Done"),
                StepState::Open => (Tone::Info, Icon::Clock, "Open"),
                StepState::Ahead => (Tone::Neutral, Icon::Clock, "Not yet"),
                StepState::Dropped => (Tone::Neutral, Icon::Minus, "Not decided"),
            };
            let wanting = (step.state == StepState::Open && !step.agreed.is_empty())
                .then(|| view! { <p class="text-sm text-muted">{format!("{} more to agree.", step.wanting)}</p> });
            let agreed = (!step.agreed.is_empty()).then(
                || view! { <p class="text-sm text-muted">{format!("Approved by {}", step.agreed.join(", "))}</p> },
            );
            let can = (step.state == StepState::Open).then(|| view! { <p class="text-sm">{approvers.clone()}</p> });
            let who = words::capitalized(step.who);
            view! {
                <li>
                    <p class="flex flex-wrap items-center gap-x-2">
                        <strong>{who}</strong>
                        <Badge tone icon text />
                    </p>
                    {agreed}
                    {wanting}
                    {can}
                </li>
            }
        })
        .collect_view();
    view! { <Card title="Who has to agree" note><ol class="timeline">{items}</ol></Card> }
}

/// What the portfolio demands of the product.
#[component]
fn Rules(constraints: Vec<ConstraintRow>) -> impl IntoView {
    let list = if constraints.is_empty() {
        view! { <p class="text-muted">"The portfolio puts no constraint on this product."</p> }.into_any()
    } else {
        let items = constraints.into_iter().map(|row| view! { <Constraint row /> }).collect_view();
        view! { <ul class="grid list-disc gap-1 pl-5">{items}</ul> }.into_any()
    };
    view! { <Card title="Constraints that apply">{list}</Card> }
}

/// What the same person has in the project, and asked for there.
#[component]
fn OfRequester(
    running: Vec<domain::view::EnvironmentRow>,
    history: Vec<domain::view::RequestRow>,
    requester: String,
    project: String,
) -> impl IntoView {
    view! {
        <Running rows=running requester=requester.clone() project />
        <History rows=history requester />
    }
}

#[component]
fn Running(rows: Vec<domain::view::EnvironmentRow>, requester: String, project: String) -> impl IntoView {
    let note = words::count(rows.len() as u64, "environment", "environments");
    let list = if rows.is_empty() {
        view! { <p class="px-4 py-3 text-muted">{requester} " has no running environment in " {project} "."</p> }
            .into_any()
    } else {
        view! { <div class="narrow"><EnvironmentRows rows /></div> }.into_any()
    };
    view! { <Card title="Runs already in this project" note flush=true>{list}</Card> }
}

/// What the same person asked for before, and what became of it.
#[component]
fn History(rows: Vec<domain::view::RequestRow>, requester: String) -> impl IntoView {
    let list = if rows.is_empty() {
        view! { <p class="px-4 py-3 text-muted">{requester} " asked for nothing else in this project." </p> }.into_any()
    } else {
        view! { <div class="narrow"><RequestRows rows /></div> }.into_any()
    };
    view! { <Card title="Other requests in this project" flush=true>{list}</Card> }
}

#[component]
fn Timeline(entries: Vec<TimelineEntry>) -> impl IntoView {
    let items = entries
        .into_iter()
        .map(|entry| {
            view! {
                <li>
                    <p><strong>{entry.what}</strong> " by " {entry.who}</p>
                    <p class="text-sm text-muted"><Moment at=entry.at /></p>
                    {entry
                        .comment
                        .filter(|comment| !comment.trim().is_empty())
                        .map(|comment| view! { <p class="mt-1 whitespace-pre-line break-words">{comment}</p> })}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{items}</ol> }
}
