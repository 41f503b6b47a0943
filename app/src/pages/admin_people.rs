use domain::action::Action;
use domain::view::{AdminPeoplePage, FormState, PersonRow};
use leptos::prelude::*;

use crate::components::{Badge, Empty, Icon, Moment, PageHead, PostButton, TextField, Tone};
use crate::document::Page;

/// Everybody who ever signed in, and where they are signed in now.
pub fn page(admin: AdminPeoplePage) -> Page {
    let AdminPeoplePage { people, more, query, allowed } = admin;
    let end = allowed.has(Action::EndAnySession);
    let list = if people.is_empty() {
        view! { <Empty title="Nobody matches this."><p><a href="/admin/people">"Show everybody"</a></p></Empty> }
            .into_any()
    } else {
        let rows = people.into_iter().map(|person| view! { <Person person end q=query.q.clone() /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let more =
        more.then(|| view! { <p class="text-muted">"There are more people than these. Search for a name to find the others."</p> });
    let body = view! {
        <PageHead
            title="People"
            lead="Everybody who ever signed in, the roles that hold now, and where they are signed in. Roles come from groups: to take them away, change the mappings or the groups at the identity provider."
        />
        <form class="filters" method="get" action="/admin/people" role="search">
            <TextField filter=true label="Name, e-mail or subject" name="q" kind="search" value=query.q.clone() state=FormState::default() />
            <button class="button" type="submit">"Search"</button>
        </form>
        {list}
        {more}
    };
    Page::new("People", body)
}

#[component]
fn Person(person: PersonRow, end: bool, q: String) -> impl IntoView {
    let signed_in = match (person.sessions, person.last_seen_at) {
        (0, _) | (_, None) => view! { <p class="row-sub">"Not signed in"</p> }.into_any(),
        (sessions, Some(seen)) => {
            let said = format!("{sessions} {}, last seen ", if sessions == 1 { "session" } else { "sessions" });
            view! { <p class="row-sub">{said} <Moment at=seen /></p> }.into_any()
        }
    };
    let action = if person.you {
        view! { <Badge tone=Tone::Info icon=Icon::Check text="You" /> <a href="/profile">"Your sessions"</a> }
            .into_any()
    } else if end && person.sessions > 0 {
        let described = format!("End all sessions of {}", person.display_name);
        let fields = vec![("person", person.id.to_string()), ("q", q)];
        view! {
            <PostButton
                action="/api/end_sessions_of"
                label="End all sessions"
                class="button button-small button-danger"
                described=described
                fields
            />
        }
        .into_any()
    } else {
        ().into_any()
    };
    let cut = (end && !person.you).then(|| {
        let described = format!("Cut off {}", person.display_name);
        let href = format!("/revoke?person={}", person.id);
        view! { <a class="button button-small button-danger" href=href aria-label=described>"Cut off"</a> }
    });
    let cut_off = person.cut_off.then(|| view! { <Badge tone=Tone::Bad icon=Icon::Minus text="Cut off" /> });
    let roles = if person.roles.is_empty() { "No role".to_owned() } else { person.roles.join(", ") };
    let email = person.email.map(|email| format!("{email}, "));
    view! {
        <li class="row">
            <div class="min-w-0 flex-1 basis-64">
                <p class="break-words font-semibold">{person.display_name}</p>
                <p class="row-sub break-words">{email} <code>{person.subject}</code></p>
            </div>
            <div class="min-w-0 flex-1 basis-48">
                <p class="row-sub">{roles}</p>
                {signed_in}
            </div>
            {cut_off}
            {action}
            {cut}
        </li>
    }
}
