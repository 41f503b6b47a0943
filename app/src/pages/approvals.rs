use domain::view::{ApprovalsPage, Shell};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Card, Empty, PageHead, Pager, RequestRows};
use crate::document::Page;
use crate::words;

/// What waits for this person's decision, oldest first. `after` is the cursor of the page that is shown; the shell knows how
/// many there are on all pages.
pub fn page(approvals: ApprovalsPage, after: &str, shell: &Shell) -> Page {
    let ApprovalsPage { waiting, decided } = approvals;
    let summary = match shell.waiting_for_me {
        0 => "Nothing waits for you.".to_owned(),
        1 => "One request waits for your decision.".to_owned(),
        n => format!("{n} requests wait for your decision, the oldest first."),
    };
    let next = waiting.next.as_deref().map(|next| with_query("/approvals", &[("after", next)]));
    let list = if waiting.items.is_empty() && !after.is_empty() {
        view! { <Empty title="Nothing further waits for your decision."></Empty> }.into_any()
    } else if waiting.items.is_empty() {
        view! {
            <Empty title="Nothing waits for your decision.">
                <p>"Requests that you may decide show up here: those of projects that you lead, and whatever else the rules of approval, or somebody who is away, leave to you. Your own are decided by somebody else."</p>
            </Empty>
        }
        .into_any()
    } else if let [_] = waiting.items.as_slice() {
        view! { <RequestRows rows=waiting.items reasons=true /> }.into_any()
    } else {
        view! {
            <form class="stack gap-4" method="get" action="/approvals/decide">
                <RequestRows rows=waiting.items reasons=true choose=true />
                <p class="actions">
                    <button class="button" type="submit">"Decide the chosen together"</button>
                </p>
            </form>
        }
        .into_any()
    };
    let decided = (!decided.is_empty()).then(|| {
        let note = words::count(decided.len() as u64, "request", "requests");
        view! { <Card title="Decided lately" note flush=true><RequestRows rows=decided /></Card> }
    });
    let body = view! {
        <PageHead title="Approvals" lead=summary>
            <a class="button button-small" href="/approvals/delegations">"While you are away"</a>
        </PageHead>
        {list}
        <Pager first="/approvals".to_owned() next further=!after.is_empty() />
        {decided}
    };
    Page::new("Approvals", body)
}
