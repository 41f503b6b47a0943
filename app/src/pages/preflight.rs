use domain::preflight::{Check, Finding, Preflight, Verdict};
use leptos::prelude::*;

use crate::components::{Badge, Callout, Card, Icon, Moment, Tone};

const CHECKS: [Check; 8] = [
    Check::LaunchPath,
    Check::Principal,
    Check::LaunchRole,
    Check::Policies,
    Check::Quotas,
    Check::TagOptions,
    Check::TagPolicy,
    Check::Constraints,
];

fn heading(check: Check) -> &'static str {
    match check {
        Check::LaunchPath => "Launch path",
        Check::Principal => "Who launches it",
        Check::LaunchRole => "Launch role",
        Check::Policies => "Service control policies",
        Check::Quotas => "Quotas",
        Check::TagOptions => "TagOptions",
        Check::TagPolicy => "Tag policy",
        Check::Constraints => "Template constraints",
    }
}

fn badge(verdict: Verdict) -> (Tone, Icon, &'static str) {
    match verdict {
        Verdict::Fine => (Tone::Good, Icon::Check, "Fine"),
        Verdict::Denied => (Tone::Bad, Icon::Cross, "Would be denied"),
        Verdict::Depends => (Tone::Warn, Icon::Warning, "Depends"),
        Verdict::NotAssessed => (Tone::Neutral, Icon::Minus, "Not assessed"),
    }
}

/// What was looked at before anything is asked of AWS, with what to do and who can: first what stands in the way or is not
/// known, then, folded, what is fine.
#[component]
pub fn PreflightCard(preflight: Preflight) -> impl IntoView {
    let (fine, open): (Vec<&Finding>, Vec<&Finding>) =
        preflight.findings.iter().partition(|finding| finding.verdict == Verdict::Fine);
    let summary = match preflight.denied().count() {
        0 if open.is_empty() => {
            Some(view! { <Callout tone=Tone::Good title="Nothing stands in the way of it." /> }.into_any())
        }
        0 => None,
        denied => {
            let title = if denied == 1 {
                "One thing would be denied.".to_owned()
            } else {
                format!("{denied} things would be denied.")
            };
            Some(
                view! {
                    <Callout tone=Tone::Bad title>
                        <p>"It cannot go ahead like this. Below stands what to do, and who can do it."</p>
                    </Callout>
                }
                .into_any(),
            )
        }
    };
    let folded = match fine.len() {
        0 => None,
        1 => Some("One check found nothing in the way".to_owned()),
        count => Some(format!("{count} checks found nothing in the way")),
    };
    let folded = folded.map(|summary| {
        let sections = sections(&fine, &preflight);
        view! {
            <details class="stack gap-4">
                <summary class="font-semibold">{summary}</summary>
                <div class="stack gap-4 pt-3">{sections}</div>
            </details>
        }
    });
    let sections = sections(&open, &preflight);
    let account = match preflight.account_read_at {
        Some(at) => view! { "The account was read on " <Moment at /> ". " }.into_any(),
        None => view! { "The account was not read yet. " }.into_any(),
    };
    let policies = match preflight.policies_read_at {
        Some(at) => view! { "The organization's policies were read on " <Moment at /> "." }.into_any(),
        None => view! { "The organization's policies were not read yet." }.into_any(),
    };
    view! {
        <Card title="Whether it would come up" id="preflight">
            <div class="stack gap-4">
                {summary}
                {sections}
                {folded}
                <p class="text-sm text-muted">{account} {policies}</p>
            </div>
        </Card>
    }
}

/// Findings by check, in the order in which AWS would come to them.
fn sections(findings: &[&Finding], preflight: &Preflight) -> Vec<AnyView> {
    let of = |check: Check| findings.iter().filter(move |finding| finding.check == check);
    CHECKS
        .into_iter()
        .filter(|check| of(*check).next().is_some())
        .map(|check| {
            let lines = of(check).map(|finding| line(finding, preflight.advice(finding))).collect_view();
            view! {
                <section class="stack gap-2">
                    <h3 class="text-base">{heading(check)}</h3>
                    <ul class="grid gap-2">{lines}</ul>
                </section>
            }
            .into_any()
        })
        .collect()
}

fn line(finding: &Finding, advice: Option<String>) -> impl IntoView + use<> {
    let (tone, icon, text) = badge(finding.verdict);
    let subject = (!finding.subject.is_empty()).then(|| view! { <strong>{finding.subject.clone()}</strong> ": " });
    let advice = advice.map(|advice| view! { <p><strong>"What to do: "</strong>{advice}</p> });
    view! {
        <li class="grid gap-x-3 gap-y-1 sm:grid-cols-[11rem_1fr] sm:items-start">
            <span><Badge tone icon text /></span>
            <div class="[overflow-wrap:anywhere]">
                <p>{subject} {finding.why.clone()}</p>
                {advice}
            </div>
        </li>
    }
}
