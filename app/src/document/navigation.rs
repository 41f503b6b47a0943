use domain::action::Action;
use domain::view::Shell;
use leptos::prelude::*;

struct Item {
    href: &'static str,
    label: &'static str,
    count: u32,
    /// What is counted, for those who cannot see where the number stands.
    of: &'static str,
    /// Pages that lead on from it and stand beside it.
    beside: &'static [&'static str],
}

impl Item {
    fn new(href: &'static str, label: &'static str) -> Self {
        Self { href, label, count: 0, of: " waiting", beside: &[] }
    }
}

/// The parts of the portal that this person may see, as the authorizer says.
#[component]
pub fn Navigation(shell: Shell, path: String, label: &'static str) -> impl IntoView {
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let mut work = vec![
        Item::new("/", "Home"),
        Item { count: shell.unread, of: " unread", ..Item::new("/inbox", "Inbox") },
        Item::new("/catalog", "Catalog"),
        Item::new("/requests", "Requests"),
    ];
    if shell.decides {
        work.push(Item { count: shell.waiting_for_me, ..Item::new("/approvals", "Approvals") });
    }
    work.push(Item::new("/environments", "Environments"));
    if shell.allowed.has(Action::ViewTeam) {
        work.push(Item::new("/team", "Team"));
    }
    if shell.sees_revocations {
        work.push(Item::new("/revocations", "Revocations"));
    }
    if shell.allowed.has(Action::ViewOrganization) {
        work.push(Item::new("/organization", "Organization"));
    }
    if shell.allowed.has(Action::ViewAudit) {
        work.push(Item::new("/audit", "Audit log"));
    }
    let administration = shell.allowed.has(Action::ViewAdministration).then(|| {
        let items = vec![
            Item::new("/admin/fleet", "Fleet"),
            Item::new("/admin/projects", "Projects"),
            Item {
                beside: &["/admin/catalog-files", "/admin/changes", "/admin/drift", "/admin/portfolios", "/admin/tags"],
                ..Item::new("/admin/products", "Products")
            },
            Item::new("/admin/templates", "Templates"),
            Item::new("/admin/mappings", "Group mappings"),
            Item::new("/admin/approvals", "Rules of approval"),
            Item::new("/admin/people", "People"),
            Item::new("/admin/tag-policy", "Tag policy"),
            Item::new("/admin/idle", "Idle rules"),
            Item::new("/admin/notifications", "Notifications"),
        ];
        view! {
            <p class="nav-title">"Administration"</p>
            <Items items path=path.clone() />
        }
    });
    view! {
        <nav aria-label=label>
            <Items items=work path=path.clone() />
            {administration}
        </nav>
    }
}

#[component]
fn Items(items: Vec<Item>, path: String) -> impl IntoView {
    let items = items
        .into_iter()
        .map(|item| {
            let exactly = path == item.href;
            let under = |href: &str| path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
            let within =
                (item.href != "/" && under(item.href)) || item.beside.iter().any(|href| path == *href || under(href));
            let current = if exactly { Some("page") } else { within.then_some("true") };
            let count = (item.count > 0).then(|| {
                view! { <span class="count">{item.count}<span class="sr-only">{item.of}</span></span> }
            });
            view! {
                <li><a class="nav-link" href=item.href aria-current=current>{item.label} {count}</a></li>
            }
        })
        .collect_view();
    view! { <ul class="nav-list">{items}</ul> }
}
