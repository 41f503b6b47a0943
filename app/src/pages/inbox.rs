use chrono::{DateTime, Utc};
use domain::notification::Topic;
use domain::view::{FormState, InboxPage, InboxRow, MailStanding};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Badge, Callout, Card, Checks, Empty, Icon, Moment, PageHead, Pager, PostButton, Tick, Tone};
use crate::document::Page;
use crate::words;

/// What the person was told, and what of it comes by e-mail. `after`: where the page of the list begins.
pub fn page(inbox: InboxPage, after: &str) -> Page {
    let InboxPage { rows, until, unread, choices, mail } = inbox;
    let next = rows.next.as_deref().map(|after| with_query("/inbox", &[("after", after)]));
    let all = (unread > 0).then(|| read_all(until));
    let list = if rows.items.is_empty() {
        view! {
            <Empty title="Nothing yet.">
                <p>"What concerns you shows up here: decisions, environments that are ready or failed, leases that end."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let body = view! {
        <PageHead title="Inbox" lead="What the portal told you, newest first." />
        {all}
        {list}
        <Pager first="/inbox".to_owned() next further=!after.is_empty() />
        <Card title="By e-mail" note="All of it is in this inbox as well" id="by-email"><ByEmail choices mail /></Card>
    };
    Page::new("Inbox", body)
}

fn read_all(until: DateTime<Utc>) -> impl IntoView {
    let fields = vec![("until", until.timestamp_millis().to_string())];
    view! {
        <div class="actions">
            <PostButton action="/api/read_notifications" label="Mark all as read" class="button button-small" fields />
        </div>
    }
}

#[component]
fn Row(row: InboxRow) -> impl IntoView {
    let title = row.notice.title;
    let mark = (!row.read).then(|| {
        let fields = vec![("id", row.id.to_string())];
        let described = format!("Mark as read: {title}");
        view! {
            <span class="row-act">
                <PostButton action="/api/read_notifications" label="Mark as read" class="button button-small" described fields />
            </span>
        }
    });
    let over = row.over.map(|state| {
        let said = format!("It waits no more. The request: {}.", words::request_state(state).to_lowercase());
        view! { <p class="row-sub font-semibold">{said}</p> }
    });
    let fresh = (!row.read).then(|| view! { <Badge tone=Tone::Info icon=Icon::Info text="New" /> });
    view! {
        <li class="row">
            <div class="min-w-0 flex-1 basis-64">
                <a class="row-link" href=row.notice.path>{title}</a>
                <p class="row-reason whitespace-pre-line">{row.notice.text}</p>
                {over}
                <p class="row-sub"><Moment at=row.at /></p>
            </div>
            {fresh}
            {mark}
        </li>
    }
}

#[component]
fn ByEmail(choices: Vec<(Topic, bool)>, mail: MailStanding) -> impl IntoView {
    let to = match mail {
        MailStanding::NotSetUp => {
            return view! {
                <Callout tone=Tone::Info title="This portal sends no e-mail.">
                    <p>"Whoever runs it can set up a mail server. What you are told is in this inbox."</p>
                </Callout>
            }
            .into_any();
        }
        MailStanding::NoAddress => {
            return view! {
                <Callout tone=Tone::Warn title="The portal has no e-mail address of yours.">
                    <p>"The identity provider tells it when you sign in. Until then, what you are told is in this inbox."</p>
                </Callout>
            }
            .into_any();
        }
        MailStanding::To { address } => format!("Sent to {address}."),
    };
    let ticks = choices
        .into_iter()
        .map(|(topic, ticked)| Tick { name: format!("topic[{topic}]"), label: topic.label().to_owned(), ticked })
        .collect();
    view! {
        <form class="fieldset" method="post" action="/api/save_notification_choices">
            <Checks label="What comes by e-mail" name="topic" help=to ticks state=FormState::default() />
            <p class="actions"><button class="button button-primary" type="submit">"Save"</button></p>
        </form>
    }
    .into_any()
}
