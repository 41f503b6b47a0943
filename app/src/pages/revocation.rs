use domain::action::Action;
use domain::revocation::{Part, RevocationState};
use domain::view::{RevocationPage, RevokedEnvironment};
use leptos::prelude::*;

use crate::components::{
    Badge, Callout, Card, Clock, Crumb, Empty, Fact, Facts, Icon, Moment, PageHead, PostButton, ProblemCallout,
    Refresh, RevocationBadge, Table, Tone,
};
use crate::document::Page;
use crate::words;

/// One revocation: what is cut off, how far AWS is told, and the way back.
pub fn page(revocation: RevocationPage) -> Page {
    let title = format!("{}: {}", words::revocation_state(revocation.state), revocation.person);
    let state = revocation.state;
    let crumbs = vec![Crumb::new("/revocations", "Revocations")];
    let fields = || vec![("id", revocation.id.to_string()), ("version", revocation.version.to_string())];
    let restore = revocation.allowed.has(Action::RestoreAccess).then(|| {
        let fields = fields();
        view! { <PostButton action="/api/restore_access" label="Restore access" fields /> }
    });
    let may_retry = revocation.allowed.has(Action::RevokeAccess) || state == RevocationState::Restoring;
    let retry = (revocation.can_retry && may_retry).then(|| {
        let fields = vec![("id", revocation.id.to_string())];
        view! { <PostButton action="/api/retry_revocation" label="Try again" fields /> }
    });
    let lead = format!("Access of {} to {}", revocation.person, revocation.reach);
    let trouble = revocation.trouble.map(|(problem, at)| {
        view! {
            <ProblemCallout problem tone=Tone::Warn />
            <p class="text-sm text-muted">"The portal tries again at " <Clock at /> " UTC."</p>
        }
    });
    let restored = revocation.restored_by.map(|by| view! { <Fact term="Restored by">{by}</Fact> });
    let by = if revocation.by_admin { format!("{} (admin)", revocation.by) } else { revocation.by };
    let body = view! {
        <PageHead title=revocation.person.clone() lead crumbs>
            <RevocationBadge state />
            {retry}
            {restore}
        </PageHead>
        {revocation.problem.map(|problem| view! { <ProblemCallout problem /> })}
        <Holds state />
        <div class="columns">
            <div class="stack">
                <Card title="In AWS" flush=true>
                    <div class="card-body">
                        <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                            <span class="text-sm text-muted">"as of " <Clock at=revocation.as_of /> " UTC"</span>
                            {state.is_passing().then(|| view! { <Refresh /> })}
                        </div>
                        {trouble}
                    </div>
                    <Targets targets=revocation.targets state />
                </Card>
            </div>
            <div class="stack">
                <Card title="About">
                    <Facts>
                        <Fact term="Reaches">{revocation.reach}</Fact>
                        <Fact term="Reason"><span class="whitespace-pre-line break-words">{revocation.reason}</span></Fact>
                        <Fact term="Revoked by">{by}</Fact>
                        <Fact term="Revoked"><Moment at=revocation.created_at /></Fact>
                        {restored}
                        <Fact term="Last change"><Moment at=revocation.updated_at /></Fact>
                    </Facts>
                </Card>
            </div>
        </div>
    };
    Page::new(title, body)
}

/// What holds now, and what cannot be called back.
#[component]
fn Holds(state: RevocationState) -> impl IntoView {
    match state {
        RevocationState::Revoking => view! {
            <Callout tone=Tone::Warn title="The portal refuses already. AWS is being told.">
                <p>"Until a deny policy has spread, within seconds as a rule, credentials that are out already still work."</p>
            </Callout>
        }
        .into_any(),
        RevocationState::Revoked => view! {
            <Callout tone=Tone::Good title="It is cut off.">
                <p>"Credentials that a kernel holds stay valid until they end, and AWS refuses every call made with them. What was read before cannot be called back."</p>
            </Callout>
        }
        .into_any(),
        RevocationState::Restoring => view! {
            <Callout tone=Tone::Info title="It is being given back.">
                <p>"The portal refuses until AWS has taken the last deny policy away."</p>
            </Callout>
        }
        .into_any(),
        RevocationState::Restored => view! {
            <Callout tone=Tone::Neutral title="It is given back.">
                <p>"Nothing of this revocation holds any more. Apps that were deleted are started again by their owner."</p>
            </Callout>
        }
        .into_any(),
    }
}

#[component]
fn Targets(targets: Vec<RevokedEnvironment>, state: RevocationState) -> impl IntoView {
    if targets.is_empty() {
        let title = if state == RevocationState::Revoking {
            "The portal looks for environments."
        } else {
            "There is no environment to cut off: the portal's own part is all there is."
        };
        return view! { <Empty title></Empty> }.into_any();
    }
    let lifts = matches!(state, RevocationState::Restoring | RevocationState::Restored);
    let rows = targets
        .into_iter()
        .map(|target| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/environments/{}", target.id)>{target.name}</a>
                        <span class="block text-sm font-normal text-muted">{target.account_name}</span>
                    </th>
                    <td data-label="Way in"><PartView part=target.launcher lifts /></td>
                    <td data-label="Execution role"><PartView part=target.execution lifts /></td>
                    <td data-label="What runs"><PartView part=target.running lifts=false /></td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Environment", "Way in", "Execution role", "What runs"];
    view! { <Table label="What is cut off in AWS" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn PartView(part: Part, lifts: bool) -> impl IntoView {
    let (tone, icon, word, text) = match part {
        Part::Pending => (Tone::Info, Icon::Running, "Under way", String::new()),
        Part::Done { note } => (Tone::Good, Icon::Check, if lifts { "Given back" } else { "Done" }, note),
        Part::Failed { problem } => {
            (Tone::Bad, Icon::Cross, "Not done", format!("{} {} {}", problem.what, problem.why, problem.next))
        }
    };
    view! {
        <div class="grid gap-1">
            <span><Badge tone icon text=word /></span>
            {(!text.is_empty()).then(|| view! { <span class="text-sm text-muted break-words">{text}</span> })}
        </div>
    }
}
