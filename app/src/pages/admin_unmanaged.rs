use domain::action::Action;
use domain::observed::ProductStatus;
use domain::view::{UnmanagedPage, UnmanagedProductPage, UnmanagedRow};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Badge, Card, Crumb, Day, Empty, ErrorSummary, Fact, Facts, Hidden, Icon, Moment, PageHead, Pager, ProblemCallout,
    TextArea, TextField, Tone,
};
use crate::document::Page;

const TITLE: &str = "Made past the portal";

/// Provisioned products that no environment stands for. `after`: where the page of the list begins.
pub fn page(page: UnmanagedPage, after: &str) -> Page {
    let rows = page.rows;
    let next = rows.next.as_deref().map(|after| with_query("/admin/unmanaged", &[("after", after)]));
    let first = "/admin/unmanaged".to_owned();
    let list = if rows.items.is_empty() {
        view! {
            <Empty title="Everything in the accounts of the projects has its environment here.">
                <p>"AWS is asked every ten minutes."</p>
            </Empty>
        }
        .into_any()
    } else {
        let rows = rows.items.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    let body = view! {
        <PageHead
            title=TITLE
            lead="Products that somebody provisioned in an account of a project without the portal: nobody asked, nobody is billed for them here, and no lease ends them."
            crumbs=vec![Crumb::new("/admin/fleet", "Fleet")]
        />
        {list}
        <Pager first next further=!after.is_empty() />
    };
    Page::new(TITLE, body)
}

#[component]
fn Row(row: UnmanagedRow) -> impl IntoView {
    let (of, it) = (product(&row), row.found);
    view! {
        <li class="row row-req">
            <div class="row-main">
                <a class="row-link" href=format!("/admin/unmanaged/{}", it.id)>{it.name}</a>
                <p class="row-sub">{of}</p>
            </div>
            <p class="row-sub">{row.account_name}</p>
            <Status status=it.status />
            <p class="row-sub row-date">"Found " <Day at=it.found_at /></p>
        </li>
    }
}

/// One of them, and the form that makes an environment of it.
pub fn one(page: UnmanagedProductPage) -> Page {
    let UnmanagedProductPage { product: row, hindrance, max_lease_days, owners, allowed, form } = page;
    let state = form.clone();
    let of = product(&row);
    let UnmanagedRow { found: it, account_name, project, .. } = row;
    let made_by = if it.made_by.is_empty() { "AWS does not say".to_owned() } else { it.made_by.clone() };
    let project = project.map_or_else(|| "None".to_owned(), |project| project.to_string());
    let adopts = hindrance.is_none() && allowed.has(Action::AdoptProduct);
    let id = it.id.to_string();
    let adopt = adopts.then(|| {
        let days = format!("From 1 to {max_lease_days}; counted from now.");
        let proposed = max_lease_days.min(30).to_string();
        view! {
            <Card title="Make an environment of it" id="adopt">
                <ul class="grid list-disc gap-1 pl-5">
                    <li>"Nothing is changed in AWS: what it is, is read from there. From then on it has a lease, is looked at, updated and terminated like any other."</li>
                    <li>"Its owner opens it once it carries their tag in AWS. Where it carries none, or another\u{2019}s, its page says so and has the button that puts that right."</li>
                    <li>"Its values are not known here: an update asks for all of them."</li>
                </ul>
                <form class="stack gap-4" method="post" action="/api/adopt_product" novalidate>
                    <Hidden name="id" value=id />
                    <TextField
                        label="E-mail address of the owner" name="adopt_owner" kind="email" proposals=owners
                        help="Of somebody of the project who signed in here before." state=form.clone()
                    />
                    <TextField label="Days of its lease" name="adopt_days" inputmode="numeric" value=proposed help=days state=form.clone() />
                    <TextArea label="Why" name="adopt_reason" state=form lines=2 help="Its owner and auditors read it." />
                    <p class="actions"><button class="button button-primary" type="submit">"Make an environment"</button></p>
                </form>
            </Card>
        }
    });
    let said = it.said;
    let said =
        (!said.is_empty()).then(|| view! { <Fact term="AWS says"><span class="break-words">{said}</span></Fact> });
    let body = view! {
        <PageHead title=it.name.clone() lead=of crumbs=vec![Crumb::new("/admin/fleet", "Fleet"), Crumb::new("/admin/unmanaged", TITLE)]>
            <Status status=it.status />
        </PageHead>
        <ErrorSummary state=state.clone() />
        {hindrance.map(|problem| view! { <ProblemCallout problem tone=Tone::Warn /> })}
        <Card title="In AWS">
            <Facts wide=true>
                <Fact term="Account">{account_name} " (" <code>{it.account.to_string()}</code> "), " {it.region.to_string()}</Fact>
                <Fact term="Project of the account">{project}</Fact>
                <Fact term="Provisioned product"><code class="break-all">{it.id.to_string()}</code></Fact>
                <Fact term="Made by"><code class="break-all">{made_by}</code></Fact>
                {it.made_at.map(|at| view! { <Fact term="Made"><Moment at /></Fact> })}
                {said}
                <Fact term="Found"><Moment at=it.found_at /></Fact>
                <Fact term="Last seen"><Moment at=it.seen_at /></Fact>
            </Facts>
        </Card>
        {adopt}
    };
    Page::new(it.name, body).with_errors(&state)
}

/// "Studio environment, version 1.0".
fn product(row: &UnmanagedRow) -> String {
    match (row.product_name.as_str(), row.version_name.as_str()) {
        ("", _) => "AWS does not say of which product".to_owned(),
        (product, "") => product.to_owned(),
        (product, version) => format!("{product}, version {version}"),
    }
}

#[component]
fn Status(status: ProductStatus) -> impl IntoView {
    let (tone, icon, text) = match status {
        ProductStatus::Available => (Tone::Good, Icon::Check, "Available"),
        ProductStatus::UnderChange => (Tone::Info, Icon::Running, "Under change"),
        ProductStatus::Tainted => (Tone::Warn, Icon::Warning, "Tainted"),
        ProductStatus::Error => (Tone::Bad, Icon::Cross, "Error"),
    };
    view! { <Badge tone icon text /> }
}
