use domain::person::{PlatformRole, ProjectRole};
use domain::view::{ProfilePage, SessionRow};
use leptos::prelude::*;

use crate::components::{
    Badge, Callout, Card, Empty, Fact, Facts, Icon, Moment, PageHead, PostButton, Table, ThemeForm, Tone,
};
use crate::document::{Page, Theme};
use crate::{user_agent, words};

/// Who the portal thinks the person is, which roles and why, and the sessions.
pub fn page(profile: ProfilePage, theme: Option<Theme>) -> Page {
    let platform = profile.platform.into_iter().map(|grant| {
        let role = match grant.role {
            PlatformRole::Admin => "Admin",
            PlatformRole::Auditor => "Auditor",
        };
        (role.to_owned(), grant.because_of_group)
    });
    let memberships = profile.memberships.into_iter().map(|m| {
        let role = match m.role {
            ProjectRole::Member => format!("Data scientist in {}", m.project),
            ProjectRole::Lead => format!("Team lead of {}", m.project),
        };
        (role, m.because_of_group)
    });
    let roles: Vec<_> = platform.chain(memberships).collect();
    let roles = if roles.is_empty() {
        view! { <Empty title="You have no role."><p>"The home page says which group to ask for, and of whom."</p></Empty> }
            .into_any()
    } else {
        let rows = roles
            .into_iter()
            .map(|(role, group)| view! { <tr><th scope="row">{role}</th><td data-label="Because">"Member of group " <code>{group}</code></td></tr> })
            .collect_view();
        view! { <Table label="Roles and their reasons" columns=vec!["Role", "Because"] stack=true>{rows}</Table> }
            .into_any()
    };
    let groups =
        profile.groups.into_iter().map(|group| view! { <li class="chip"><code>{group}</code></li> }).collect_view();
    let claim = (!profile.groups_claim_present).then(|| {
        view! {
            <Callout tone=Tone::Warn title="Your last sign-in told the portal nothing about groups.">
                <p>"The groups claim was missing. Roles that come from groups do not hold until it is back."</p>
            </Callout>
        }
    });
    let body = view! {
        <PageHead title="Profile" lead="Who the portal thinks you are, which roles you have, and why." />
        {claim}
        <div class="grid items-start gap-6 lg:grid-cols-2">
            <Card title="You">
                <Facts wide=true>
                    <Fact term="Name">{profile.display_name}</Fact>
                    <Fact term="E-mail">{profile.email.unwrap_or_else(|| "not told by the identity provider".into())}</Fact>
                    <Fact term="Subject"><code>{profile.person.subject}</code></Fact>
                    <Fact term="Issuer"><code>{profile.person.issuer}</code></Fact>
                    <Fact term="Name in AWS"><code>{profile.studio_user_id.to_string()}</code></Fact>
                    <Fact term="Groups"><ul class="flex flex-wrap gap-1.5">{groups}</ul></Fact>
                </Facts>
            </Card>
            <div class="stack">
                <Card title="Roles" flush=true>{roles}</Card>
                <Card title="Colours" note="Of this browser"><ThemeForm chosen=theme return_to="/profile" /></Card>
            </div>
        </div>
        <Card title="Sessions" note="Where you are signed in" flush=true><Sessions sessions=profile.sessions /></Card>
    };
    Page::new("Profile", body)
}

#[component]
fn Sessions(sessions: Vec<SessionRow>) -> impl IntoView {
    let others = sessions.iter().filter(|session| !session.current).count();
    let end_others = (others > 1).then(|| {
        let label = format!("End the {others} other sessions");
        view! {
            <div class="card-foot">
                <PostButton action="/api/end_other_sessions" label class="button button-small" fields=Vec::new() />
            </div>
        }
    });
    let items = sessions
        .into_iter()
        .map(|session| {
            let browser = user_agent::in_words(&session.user_agent);
            let action = if session.current {
                view! { <Badge tone=Tone::Info icon=Icon::Check text="This session" /> }.into_any()
            } else {
                let described = format!("End the session of {browser}, signed in {}", words::moment(session.created_at));
                let fields = vec![("handle", session.handle)];
                view! {
                    <PostButton action="/api/end_session" label="End" class="button button-small" described=described fields />
                }
                .into_any()
            };
            view! {
                <li class="row">
                    <div class="min-w-0 flex-1 basis-64">
                        <p class="font-semibold" title=session.user_agent>{browser}</p>
                        <p class="row-sub">
                            "Signed in " <Moment at=session.created_at /> ", last seen " <Moment at=session.last_seen_at />
                            ", ends " <Moment at=session.expires_at />
                        </p>
                    </div>
                    {action}
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="rows">{items}</ul>
        {end_others}
    }
}
