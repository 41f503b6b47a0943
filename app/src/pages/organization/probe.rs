//! What live probes saw, beside what the evaluation says.

use chrono::{DateTime, Utc};
use domain::action::Action;
use domain::guardrail::Layer;
use domain::probe::{Disagreement, Seen, Sighting};
use domain::view::{AccountProbe, CellProbe, MatrixPage, ProbedCell};
use leptos::prelude::*;

use crate::components::{Badge, Callout, Icon, Moment, PostButton, ProblemCallout, Tone};
use crate::pages::url::with_query;

/// The fields that lead back to the same part of the page.
fn fields(page: &MatrixPage, account: &str) -> Vec<(&'static str, String)> {
    let query = &page.query;
    vec![("account", account.to_owned()), ("within", query.within.clone()), ("after", query.after.clone())]
}

/// What there is to do and to know before the table: the buttons, what is under way, what failed, and where AWS and the
/// evaluation disagree.
pub(super) fn above(page: &MatrixPage) -> AnyView {
    let may = page.allowed.has(Action::ProbeGuardrails);
    let all = (may && !page.accounts.is_empty()).then(|| {
        let label = if page.query.within.is_empty() {
            "Probe all accounts of projects"
        } else {
            "Probe the accounts of projects here"
        };
        view! { <div class="actions"><PostButton action="/api/probe_guardrails" label fields=fields(page, "") /></div> }
    });
    let waiting = page.accounts.iter().filter(|it| it.probe.as_ref().is_some_and(|probe| probe.waiting)).count();
    let under_way = (waiting > 0).then(|| {
        let address =
            with_query("/organization/matrix", &[("within", &page.query.within), ("after", &page.query.after)]);
        let title = if waiting == 1 {
            "One account here is being probed.".to_owned()
        } else {
            format!("{waiting} accounts here are being probed.")
        };
        view! {
            <Callout tone=Tone::Info title>
                <p><a class="button button-small" href=address>"Refresh"</a></p>
            </Callout>
        }
    });
    let problems = page
        .accounts
        .iter()
        .filter_map(|it| Some((it.node.name.clone(), it.probe.as_ref()?.problem.clone()?)))
        .map(|(account, mut problem)| {
            problem.what = format!("{account}: {}", problem.what);
            view! { <ProblemCallout problem tone=Tone::Warn /> }
        })
        .collect_view();
    view! {
        <div class="stack">
            <p class="text-sm text-muted">
                "A live probe asks AWS itself, as the role StudiogateProbe, by calls that do nothing where they are allowed: lists, and changes of what does not exist. It asks account by account; up to 50 accounts at once."
            </p>
            {all}
            {under_way}
            {disagreements(page)}
            {problems}
        </div>
    }
    .into_any()
}

fn found(probe: &CellProbe) -> Option<&ProbedCell> {
    match probe {
        CellProbe::Found(found) => Some(found),
        CellProbe::NoCall | CellProbe::NotYet => None,
    }
}

/// Every disagreement of the page, with what it means and what to do.
fn disagreements(page: &MatrixPage) -> Option<AnyView> {
    let mut items = Vec::new();
    let mut carried_out = Vec::new();
    for row in &page.rows {
        for (account, cell) in page.accounts.iter().zip(&row.cells) {
            let Some(found) = found(&cell.probe) else { continue };
            let name = format!("{}: {}", account.node.name, row.label);
            if found.finding.seen == Seen::CarriedOut {
                carried_out.push(name.clone());
            }
            if let Some(disagreement) = found.disagreement {
                let text = match disagreement {
                    Disagreement::DeniedAtAws => {
                        "AWS denies it by a service control policy; the policies that the portal has read let it pass."
                    }
                    Disagreement::ThroughAtAws => {
                        "It got through; by the policies that the portal has read it should be denied. The guardrail does not hold."
                    }
                };
                let next = if found.read_since {
                    "The organization was read again after this probe: probe again."
                } else {
                    "The portal has not seen what AWS goes by: wait for the next reading of the organization, within minutes, and look again. If it stays after that and another probe, compare the policies in AWS Organizations with those here."
                };
                items.push(view! { <li><strong>{name}</strong>". "{text}" "{next}</li> });
            }
        }
    }
    let carried_out = (!carried_out.is_empty()).then(|| {
        view! {
            <Callout tone=Tone::Bad title="AWS carried out a call of the probe.">
                <p>{carried_out.join("; ")}</p>
                <p><strong>"What to do: "</strong>"Look in the account for what begins with studiogate-probe and delete it, and for a role StudiogateNoSuchRole, which must not exist. Do not probe again before."</p>
            </Callout>
        }
    });
    let any = !items.is_empty();
    let disagree = any.then(|| {
        let count = items.len();
        let title = if count == 1 {
            "AWS and the evaluation disagree in one place.".to_owned()
        } else {
            format!("AWS and the evaluation disagree in {count} places.")
        };
        view! {
            <Callout tone=Tone::Bad title>
                <ul class="grid list-disc gap-1 pl-5">{items}</ul>
            </Callout>
        }
    });
    (any || carried_out.is_some()).then(|| view! { {carried_out} {disagree} }.into_any())
}

/// In the head of an account's column.
pub(super) fn of_account(page: &MatrixPage, index: usize) -> Option<AnyView> {
    let account = page.accounts.get(index)?;
    let waiting = account.probe.as_ref().is_some_and(|probe| probe.waiting);
    let last = account.probe.clone().map(|probe| {
        let AccountProbe { by, asked_at, waiting, finished_at, .. } = probe;
        if waiting {
            return view! { <span class="row-sub">"Probe asked for by " {by} " on " <Moment at=asked_at /></span> }
                .into_any();
        }
        finished_at
            .map(|at| view! { <span class="row-sub">"Probed for " {by} " on " <Moment at /></span> }.into_any())
            .into_any()
    });
    let button = (page.allowed.has(Action::ProbeGuardrails) && !account.exempt && !waiting).then(|| {
        let described = format!("Probe {}", account.node.name);
        let fields = fields(page, &account.node.id);
        view! { <PostButton action="/api/probe_guardrails" label="Probe" class="button button-small justify-self-start" described fields /> }
    });
    Some(view! { {last} {button} }.into_any())
}

/// Below the verdict of the evaluation. `asked_at`: of the account's last probe; what is older says so.
#[component]
pub(super) fn ProbeView(probe: CellProbe, asked_at: Option<DateTime<Utc>>) -> impl IntoView {
    let found = match probe {
        CellProbe::NoCall => {
            return view! {
                <p class="row-sub">"Not probed: whatever asks for it does it where it is allowed."</p>
            }
            .into_any();
        }
        CellProbe::NotYet => return view! { <p class="row-sub">"Not probed yet"</p> }.into_any(),
        CellProbe::Found(found) => *found,
    };
    let ProbedCell { finding, disagreement, stand_in, .. } = found;
    let Sighting { seen: what, said, at } = finding;
    let (tone, icon, text) = seen(what);
    let disagrees = disagreement
        .map(|_| view! { <Badge tone=Tone::Bad icon=Icon::Warning text="AWS and the evaluation disagree" /> });
    let stand_in = stand_in
        .map(|action| view! { <p class="row-sub">"Asked by " <code>{action}</code>", which stands for it"</p> });
    let said = (!said.is_empty())
        .then(|| view! { <details class="row-sub"><summary>"AWS\u{2019}s words"</summary><p>{said}</p></details> });
    view! {
        <div class="stack gap-1 min-w-40 [overflow-wrap:anywhere]">
            <p>{disagrees}" "<Badge tone icon text /></p>
            {asked_at
                .is_none_or(|asked| at < asked)
                .then(|| view! { <p class="row-sub">"From a probe before, on " <Moment at /></p> })}
            {stand_in}
            {said}
        </div>
    }
    .into_any()
}

/// A badge for what was seen. Never a word of approval: that a call got through is good or bad by what should be.
fn seen(seen: Seen) -> (Tone, Icon, &'static str) {
    let by = match seen {
        Seen::Through => return (Tone::Neutral, Icon::Check, "Got through at AWS"),
        Seen::Untold => return (Tone::Neutral, Icon::Minus, "AWS\u{2019}s answer does not tell"),
        Seen::CarriedOut => return (Tone::Bad, Icon::Warning, "AWS carried it out"),
        Seen::Denied { by } => by,
    };
    match by.and_then(|by| by.layer) {
        Some(Layer::Scp) => (Tone::Bad, Icon::Cross, "Denied at AWS by a service control policy"),
        Some(Layer::Identity) => {
            (Tone::Warn, Icon::Warning, "Denied by the probe\u{2019}s own policies: apply deploy/spoke.yaml")
        }
        Some(Layer::Boundary) => (Tone::Warn, Icon::Warning, "Denied by a permissions boundary of the probe"),
        Some(Layer::Session | Layer::Trust) => (Tone::Warn, Icon::Warning, "Denied by the session of the probe"),
        None if by.is_some() => (Tone::Warn, Icon::Warning, "Denied by a policy of another kind"),
        None => (Tone::Warn, Icon::Warning, "Denied, and AWS does not say by what"),
    }
}
