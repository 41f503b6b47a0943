use domain::action::Action;
use domain::id::ProjectId;
use domain::notification::{Topic, Webhook, WebhookKind};
use domain::view::{FormState, NotificationsPage, Removal, WebhookRow};
use leptos::prelude::*;

use super::admin_deliveries::Dead;
use super::url::with_query;
use crate::components::{
    Badge, Callout, Card, Checks, Choice, Disclosure, Empty, ErrorSummary, Hidden, Icon, Moment, PageHead, PostButton,
    Remove, Select, Table, TextField, Tick, Tone, form_version,
};
use crate::document::Page;

/// Where events are sent besides the inboxes. `edit` is the id of the webhook to be changed, `after` where the list of what
/// was given up begins.
pub fn page(admin: NotificationsPage, edit: &str, after: &str) -> Page {
    let NotificationsPage { webhooks, projects, hosts, mail_is_set_up, waiting, dead, allowed, form } = admin;
    let manage = allowed.has(Action::ManageNotifications);
    let edited = form.value("id").unwrap_or(edit).to_owned();
    let edited = webhooks.iter().find(|row| row.webhook.id.as_str() == edited).map(|row| row.webhook.clone());
    let mail = if mail_is_set_up {
        "E-mail goes to whoever chose it."
    } else {
        "No e-mail is sent: the configuration names no mail server."
    };
    let lead = format!("{mail} {}", waiting_in_words(waiting));
    let further = !after.is_empty();
    let entry = manage.then(|| {
        let title = edited.as_ref().map_or_else(|| "New webhook".to_owned(), |it| format!("Change {}", it.name));
        let state = form.clone();
        let body = if hosts.is_empty() {
            view! {
                <Callout tone=Tone::Info title="No host is allowed yet.">
                    <p>"Whoever runs the portal names the hosts that events may be sent to in " <code>"webhooks.hosts"</code> "."</p>
                </Callout>
            }
            .into_any()
        } else {
            view! { <WebhookForm edited projects hosts state /> }.into_any()
        };
        view! { <Card title id="webhook">{body}</Card> }
    });
    let body = view! {
        <PageHead title="Notifications" lead />
        <ErrorSummary state=form.clone() />
        <Card title="Webhooks" note="Where events are sent" flush=true><Webhooks webhooks manage /></Card>
        {entry}
        <Card title="Not delivered" note="Given up after about a day, or refused for good; kept for 30 days" flush=true>
            <Dead dead manage further />
        </Card>
    };
    Page::new("Notifications", body).with_errors(&form)
}

fn waiting_in_words(waiting: u32) -> String {
    match waiting {
        0 => "Nothing waits to be sent.".to_owned(),
        1 => "1 delivery waits to be sent.".to_owned(),
        n => format!("{n} deliveries wait to be sent."),
    }
}

#[component]
fn Webhooks(webhooks: Vec<WebhookRow>, manage: bool) -> impl IntoView {
    if webhooks.is_empty() {
        return view! {
            <Empty title="There are no webhooks yet.">
                <p>"A webhook sends events to a chat channel or to a system of yours."</p>
            </Empty>
        }
        .into_any();
    }
    let rows = webhooks.into_iter().map(|row| view! { <WebhookLine row manage /> }).collect_view();
    let mut columns = vec!["Name", "Written as", "To", "Of", "Last"];
    if manage {
        columns.push("Change");
    }
    view! { <Table label="Webhooks" columns stack=true>{rows}</Table> }.into_any()
}

#[component]
fn WebhookLine(row: WebhookRow, manage: bool) -> impl IntoView {
    let WebhookRow { webhook: it, last } = row;
    let last = match last {
        None => view! { "Nothing was sent yet" }.into_any(),
        Some(Ok(at)) => view! { "Taken on " <Moment at /> }.into_any(),
        Some(Err(problem)) => {
            view! { <Badge tone=Tone::Bad icon=Icon::Cross text="Not taken" /> " " {problem.why} }.into_any()
        }
    };
    let of = it.project.as_ref().map_or_else(|| "all projects".to_owned(), ToString::to_string);
    let kinds = match it.topics.len() {
        number if number == Topic::ALL.len() => "Events of all kinds".to_owned(),
        1 => "Events of one kind".to_owned(),
        number => format!("Events of {number} kinds"),
    };
    let topics = it.topics.iter().map(|topic| view! { <li>{topic_label(*topic)}</li> }).collect_view();
    let off = (!it.active).then(|| view! { " " <Badge tone=Tone::Neutral icon=Icon::Minus text="Off" /> });
    let change = manage.then(|| {
        let edit = format!("{}#webhook", with_query("/admin/notifications", &[("edit", it.id.as_str())]));
        let removal =
            Removal { consequence: "Nothing more is sent there, nor what waits for it.".to_owned(), blocked: false };
        let fields = || vec![("id", it.id.to_string())];
        let described = format!("Remove webhook {}", it.name);
        let try_it = format!("Send a test to {}", it.name);
        view! {
            <td data-label="Change">
                <div class="flex flex-wrap items-start gap-2">
                    <a class="button button-small" href=edit aria-label=format!("Change webhook {}", it.name)>"Change"</a>
                    <PostButton action="/api/test_webhook" label="Send a test" class="button button-small" described=try_it fields=fields() />
                    <Remove action="/api/remove_webhook" described fields=fields() removal=Some(removal) />
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{it.name.clone()} {off}</th>
            <td data-label="Written as">{it.kind.label()}</td>
            <td data-label="To"><code>{it.host.clone()}</code></td>
            <td data-label="Of">
                <p>{of}</p>
                <Disclosure summary=kinds><ul class="list-disc pl-5 text-sm">{topics}</ul></Disclosure>
            </td>
            <td data-label="Last">{last}</td>
            {change}
        </tr>
    }
}

/// What a channel is told, not a person.
fn topic_label(topic: Topic) -> &'static str {
    match topic {
        Topic::RequestWaiting => "A request waits for a decision",
        Topic::RequestQuestion => "Somebody asks about a request, or answers",
        Topic::RequestDecided => "A request is decided or expires",
        Topic::EnvironmentReady => "An environment is ready, or updated",
        Topic::EnvironmentFailed => "A change of an environment fails, or AWS has it otherwise",
        Topic::LeaseEnding => "A lease ends soon",
        Topic::IdleStopped => "Something is stopped because nobody used it",
        Topic::EnvironmentEnded => "An environment is taken down",
        Topic::HandedOver => "An environment is handed over to the platform team",
        Topic::RolloutEnded => "A rollout stops, or is finished",
        Topic::PersonLeft => "Somebody leaves a project, and environments or requests in it",
        Topic::AccessChanged => "Somebody's access is revoked or restored",
        Topic::Test => "A test",
    }
}

#[component]
fn WebhookForm(
    edited: Option<Webhook>,
    projects: Vec<ProjectId>,
    hosts: Vec<String>,
    state: FormState,
) -> impl IntoView {
    let version = edited.as_ref().map(|it| form_version(&state, it.version));
    let kinds = WebhookKind::ALL.map(|kind| Choice::new(kind.as_str(), kind.label())).to_vec();
    let kind = edited.as_ref().map_or(WebhookKind::Signed, |it| it.kind).as_str();
    let projects = std::iter::once(Choice::new("", "All projects"))
        .chain(projects.into_iter().map(|project| Choice::plain(project.to_string())))
        .collect();
    let project = edited.as_ref().and_then(|it| it.project.as_ref()).map(ToString::to_string).unwrap_or_default();
    let topics = Topic::ALL
        .into_iter()
        .map(|topic| Tick {
            name: format!("topic[{topic}]"),
            label: topic_label(topic).to_owned(),
            ticked: edited.as_ref().is_none_or(|it| it.topics.contains(&topic)),
        })
        .collect();
    let states = vec![Choice::new("on", "On"), Choice::new("off", "Off: nothing is sent")];
    let on = if edited.as_ref().is_none_or(|it| it.active) { "on" } else { "off" };
    let keeps = if edited.is_some() { " Left empty, it stays as it is." } else { "" };
    let url_help = format!("https, on one of: {}. Not shown again.{keeps}", hosts.join(", "));
    let secret_help = format!(
        "Needed for signed JSON; Slack has none: 24 to 64 bytes as base64 that both sides know, as `openssl rand -base64 32` makes. Not shown again.{keeps}"
    );
    let fresh = edited.is_none();
    let id = edited.as_ref().map(|it| it.id.to_string()).unwrap_or_default();
    let name = edited.map(|it| it.name).unwrap_or_default();
    let back = (!fresh).then(|| view! { <a class="button" href="/admin/notifications">"Cancel"</a> });
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/save_webhook" novalidate>
            <Hidden name="id" value=id />
            <Hidden name="version" value=version.unwrap_or_default() />
            <TextField label="Name" name="name" value=name state=state.clone() />
            <Select label="Written as" name="kind" value=kind choices=kinds state=state.clone() />
            <TextField label="Address" name="url" help=url_help required=fresh code=true autocomplete="off" state=state.clone() />
            <TextField label="Signing secret" name="secret" kind="password" help=secret_help filter=true autocomplete="new-password" state=state.clone() />
            <Select label="Project" name="project" value=project choices=projects required=false state=state.clone() />
            <Checks label="What is sent" name="topic" ticks=topics state=state.clone() />
            <Select label="State" name="state" value=on choices=states state />
            <p class="actions"><button class="button button-primary" type="submit">"Save webhook"</button> {back}</p>
        </form>
    }
}
