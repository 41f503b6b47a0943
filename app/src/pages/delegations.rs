use domain::lease::last_day;
use domain::view::{DelegationRow, DelegationsPage, FormState};
use leptos::prelude::*;

use crate::components::{Card, Crumb, Day, Empty, ErrorSummary, PageHead, PostButton, TextArea, TextField};
use crate::document::Page;
use crate::words;

/// Who decides in this person's place, in whose place they do, and the form to let somebody.
pub fn page(page: DelegationsPage) -> Page {
    let DelegationsPage { given, received, decides, last_day, form } = page;
    let state = form.clone();
    let given = if given.is_empty() {
        view! { <Empty title="Nobody decides in your place."></Empty> }.into_any()
    } else {
        view! { <Card title="They decide in your place" flush=true><Rows rows=given ends=true /></Card> }.into_any()
    };
    let received = (!received.is_empty())
        .then(|| view! { <Card title="You decide in their place" flush=true><Rows rows=received ends=false /></Card> });
    let add = if decides {
        view! { <Add form last_day=words::day(last_day) /> }.into_any()
    } else {
        view! { <p class="text-muted">"You decide no requests in your own right, so there is nothing to delegate."</p> }
            .into_any()
    };
    let body = view! {
        <PageHead
            title="While you are away"
            lead="Somebody decides in your place until a day. You go on deciding too, and both names are kept."
            crumbs=vec![Crumb::new("/approvals", "Approvals")]
        />
        <ErrorSummary state=state.clone() />
        {given}
        {received}
        {add}
    };
    Page::new("While you are away", body).with_errors(&state)
}

#[component]
fn Rows(rows: Vec<DelegationRow>, ends: bool) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let end = ends.then(|| {
                let fields = vec![("id", row.id.to_string())];
                view! { <PostButton action="/api/end_delegation" label="End it now" fields /> }
            });
            view! {
                <li class="row">
                    <div class="row-main">
                        <p><strong>{row.who}</strong></p>
                        <p class="row-sub break-words">{row.reason}</p>
                    </div>
                    <p class="row-sub row-date">"Until the end of " <Day at=last_day(row.until) /></p>
                    {end}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="rows">{rows}</ul> }
}

#[component]
fn Add(form: FormState, last_day: String) -> impl IntoView {
    view! {
        <Card title="Let somebody decide in your place">
            <form class="stack gap-4" method="post" action="/api/delegate_decisions" novalidate>
                <TextField
                    label="Their e-mail address" name="delegate" state=form.clone() kind="email"
                    help="Somebody who has signed in here. They decide all that you may decide, whatever their own roles, but for their own requests."
                />
                <TextField
                    label="Until" name="until" state=form.clone() kind="date"
                    help=format!("The last day, {last_day} at most.")
                />
                <TextArea label="Why" name="reason" state=form lines=2 help="They and auditors read it: \u{201c}On leave\u{201d}." />
                <p class="actions"><button class="button button-primary" type="submit">"Let them decide"</button></p>
            </form>
        </Card>
    }
}
