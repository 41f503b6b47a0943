use domain::person::{Grant, PlatformRole, ProjectRole};
use domain::view::ProfilePage;
use leptos::prelude::*;

use crate::components::{Callout, Card, Empty, Fact, Facts, PageHead, Table, Tone};
use crate::document::Page;

/// For a person who has no role: which group gives which role, and whom to ask. `ask` names the platform team.
pub fn page(profile: ProfilePage, ask: String) -> Page {
    if !profile.cut_off_from.is_empty() {
        return revoked(&profile, ask);
    }
    let groups = if profile.groups.is_empty() { "none".to_owned() } else { profile.groups.join(", ") };
    let claim = (!profile.groups_claim_present).then(|| {
        view! {
            <Callout tone=Tone::Warn title="Your sign-in told the portal nothing about groups.">
                <p>
                    "The identity provider left the groups claim out. That is a matter of its configuration, not of your "
                    "account: tell the platform team."
                </p>
            </Callout>
        }
    });
    let rows = profile.mappings_hint.into_iter().map(|m| (m.group, what_it_gives(&m.grant))).collect::<Vec<_>>();
    let table = if rows.is_empty() {
        view! { <Empty title="No group gives a role yet."><p>"The platform team sets the portal up first."</p></Empty> }
            .into_any()
    } else {
        let rows = rows
            .into_iter()
            .map(|(group, gives)| view! { <tr><th scope="row"><code>{group}</code></th><td>{gives}</td></tr> })
            .collect_view();
        view! { <Table label="Groups and the roles they give" columns=vec!["Group", "Gives the role"]>{rows}</Table> }
            .into_any()
    };
    let body = view! {
        <PageHead
            title="You have no role here yet"
            lead="You are signed in, but none of your groups gives you a role in Studiogate. Nothing is broken: somebody has to add you to a group."
        />
        {claim}
        <Card title="What to do">
            <ol class="grid list-decimal gap-2 pl-5">
                <li>"Find the group of your project in the table below. Data scientists are members, team leads decide."</li>
                <li>"Ask for it: " {ask}</li>
                <li>"Sign out and in again, so that the identity provider tells the portal about the group."</li>
            </ol>
            <form method="post" action="/auth/logout">
                <button class="button" type="submit">"Sign out"</button>
            </form>
        </Card>
        <Card title="Groups that give a role" flush=true>{table}</Card>
        <Card title="Who the portal thinks you are">
            <Facts wide=true>
                <Fact term="Name">{profile.display_name}</Fact>
                <Fact term="E-mail">{profile.email.unwrap_or_else(|| "not told by the identity provider".into())}</Fact>
                <Fact term="Subject"><code>{profile.person.subject}</code></Fact>
                <Fact term="Issuer"><code>{profile.person.issuer}</code></Fact>
                <Fact term="Groups">{groups}</Fact>
            </Facts>
        </Card>
    };
    Page::new("No role yet", body)
}

/// For a person whose groups would give a role, and whose access is revoked.
fn revoked(profile: &ProfilePage, ask: String) -> Page {
    let projects = profile.cut_off_from.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let body = view! {
        <PageHead
            title="Your access is revoked"
            lead=format!("Your access to {projects} was revoked by a lead or by the platform team. What you have there is kept; nothing of it is opened, and nothing is requested or decided by you.")
        />
        <Card title="What to do">
            <p>"If you need it back, or think that this is a mistake: " {ask}</p>
            <form method="post" action="/auth/logout">
                <button class="button" type="submit">"Sign out"</button>
            </form>
        </Card>
    };
    Page::new("Access revoked", body)
}

/// "Team lead of fraud-detection".
pub fn what_it_gives(grant: &Grant) -> String {
    match grant {
        Grant::Platform { role: PlatformRole::Admin } => "Admin: runs the platform".into(),
        Grant::Platform { role: PlatformRole::Auditor } => "Auditor: reads everything, changes nothing".into(),
        Grant::Project { project, role: ProjectRole::Member } => format!("Data scientist in {project}"),
        Grant::Project { project, role: ProjectRole::Lead } => format!("Team lead of {project}"),
    }
}
