use domain::view::{DecideManyInput, DecideManyPage, DecideRow, FormState};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Crumb, Disclosure, Empty, ErrorSummary, Fact, Facts, Hidden, Moment, PageHead, ProblemCallout,
    RequestRows, TextArea, Tone,
};
use crate::document::Page;
use crate::pages::update_preview::PreviewParts;
use crate::words;

/// The requests that were chosen, with one reason for all and one for each.
pub fn page(page: DecideManyPage) -> Page {
    let DecideManyPage { open, others, form } = page;
    let state = form.clone();
    let lead = match open.len() as u64 {
        0 => String::new(),
        waiting => words::count(waiting, "request waits for your decision.", "requests wait for your decision."),
    };
    let others = (!others.is_empty()).then(|| {
        let note = "Decided by now, or up to somebody else";
        view! { <Card title="Chosen too" note=note flush=true><RequestRows rows=others /></Card> }
    });
    let forms = if open.is_empty() {
        let title = if others.is_none() { "No request was chosen." } else { "None of these waits for your decision." };
        view! {
            <Empty title>
                <p><a href="/approvals">"What waits for your decision"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        let chosen: Vec<String> = open.iter().map(|row| format!("{}:{}", row.request.id, row.version)).collect();
        let hindered = open.iter().filter(|row| row.hindrance.is_some()).count();
        let cards = open
            .into_iter()
            .map(|row| {
                let form = form.clone();
                view! { <One row form /> }
            })
            .collect_view();
        let hindered = (hindered > 0).then(|| {
            let title = format!("{} be approved now.", words::count(hindered as u64, "request cannot", "requests cannot"));
            view! { <Callout tone=Tone::Warn title><p>"An approval of all passes over what cannot be, and says why."</p></Callout> }
        });
        view! {
            <form class="stack" method="post" action="/api/decide_requests" novalidate>
                <Hidden name="chosen" value=chosen.join(",") />
                {cards}
                <Card title="Your decision" id="decide">
                    {hindered}
                    <TextArea
                        label="Comment for all"
                        name="comment"
                        help="For each that has no comment of its own. The requesters read it. A denial needs one."
                        required=false
                        lines=3
                        state=form
                    />
                    <p class="actions">
                        <button class="button button-primary" type="submit" name="decision" value="approve">"Approve all of these"</button>
                        <button class="button button-danger" type="submit" name="decision" value="deny">"Deny all of these"</button>
                    </p>
                </Card>
            </form>
        }
        .into_any()
    };
    let body = view! {
        <PageHead title="Decide together" lead crumbs=vec![Crumb::new("/approvals", "Approvals")] />
        <ErrorSummary state=state.clone() title="Not all of these were decided." />
        {forms}
        {others}
    };
    Page::new("Decide together", body).with_errors(&state)
}

#[component]
fn One(row: DecideRow, form: FormState) -> impl IntoView {
    let request = row.request;
    let hindrance = row.hindrance.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> });
    let name = DecideManyInput::field(&request.id);
    let label = format!("Comment on {} alone", request.name);
    let (title, note) = match (&row.update, &row.extension) {
        (Some(update), _) => {
            let to = if update.version_name == row.version_name {
                String::new()
            } else {
                format!(" to {}", row.version_name)
            };
            (
                format!("Update: {}", request.name),
                format!("{}, from version {}{to}", request.product_name, update.version_name),
            )
        }
        (None, Some(_)) => (format!("More time: {}", request.name), request.product_name.clone()),
        (None, None) => (request.name.clone(), format!("{}, version {}", request.product_name, row.version_name)),
    };
    // An update and more time leave an environment where it is.
    let lease = (row.update.is_none() && row.extension.is_none())
        .then(|| view! { <Fact term="Lease">{words::count(row.lease_days, "day", "days")}</Fact> });
    let longer = row.extension.map(|of| {
        view! {
            <Fact term="Its lease ends"><Moment at=of.ends_at /></Fact>
            <Fact term="After an approval now"><Moment at=of.would_end_at /></Fact>
        }
    });
    let does = row.update.and_then(|update| update.preview).map(|preview| {
        // What is lost is not left to a click.
        let open = preview.unread.is_some() || preview.resources.iter().any(|it| !it.lost.is_empty());
        view! { <Disclosure summary="What the update does" open><PreviewParts preview /></Disclosure> }
    });
    let why = if request.justification.trim().is_empty() {
        view! { <p class="text-muted">"No reason was given."</p> }.into_any()
    } else {
        view! { <blockquote class="quote">{request.justification}</blockquote> }.into_any()
    };
    view! {
        <Card title note>
            {hindrance}
            {why}
            {does}
            <Facts wide=true>
                <Fact term="Requested by">{request.requester}</Fact>
                <Fact term="Project">{request.project.to_string()} ", " {request.stage.label()}</Fact>
                <Fact term="Account">{row.account_name} " (" <code>{row.account.to_string()}</code> "), " {row.region.to_string()}</Fact>
                {lease}
                {longer}
                <Fact term="Runs already">{words::count(u64::try_from(row.running).unwrap_or_default(), "environment", "environments")}</Fact>
                <Fact term="Has to agree">{row.steps}</Fact>
                <Fact term="To be decided until"><Moment at=request.expires_at /></Fact>
                <Fact term="Everything else">
                    <a href=format!("/requests/{}", request.id)>{format!("The page of {}", request.name)}</a>
                </Fact>
            </Facts>
            <TextArea label name required=false lines=2 state=form />
        </Card>
    }
}
