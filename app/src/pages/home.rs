use domain::view::{HomePage, ProductCard, Shell};
use leptos::prelude::*;

use super::catalog::ProductTile;
use crate::components::{Card, Empty, EnvironmentRows, PageHead, RequestRows};
use crate::document::Page;
use crate::words;

/// My environments, what waits for me, and where to start. The shell knows how many requests wait in all.
pub fn page(home: HomePage, shell: &Shell) -> Page {
    let HomePage { environments, waiting_for_me, my_requests, products, may_request } = home;
    let waiting = (!waiting_for_me.is_empty()).then(|| {
        let note = words::count(shell.waiting_for_me, "request", "requests");
        view! {
            <Card title="Waiting for your decision" note flush=true>
                <RequestRows rows=waiting_for_me reasons=true />
                <All href="/approvals" label="All requests that wait for you" />
            </Card>
        }
    });
    let mine = if environments.is_empty() && !may_request {
        view! {
            <Empty title="You have no environment.">
                <p>"Environments belong to members of projects. Auditors have none."</p>
            </Empty>
        }
        .into_any()
    } else if environments.is_empty() && !my_requests.is_empty() {
        view! {
            <Empty title="You have no environment yet."><p>"What you asked for shows up here once it is approved."</p></Empty>
        }
        .into_any()
    } else if environments.is_empty() {
        view! {
            <Empty title="You have no environment yet.">
                <p>"Pick a product from the catalog and ask for it; it shows up here once it is approved."</p>
                <p><a class="button" href="/catalog">"Browse the catalog"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        view! { <EnvironmentRows rows=environments /> }.into_any()
    };
    let requests = (!my_requests.is_empty()).then(|| {
        view! {
            <Card title="My open requests" flush=true>
                <RequestRows rows=my_requests />
                <All href="/requests" label="All requests" />
            </Card>
        }
    });
    let start = (may_request && !products.is_empty())
        .then(|| view! { <a class="button button-primary" href="/catalog">"Request an environment"</a> });
    let body = view! {
        <PageHead title="Home" lead="Your environments, and what waits for you.">
            {start}
        </PageHead>
        {waiting}
        <Card title="My environments" flush=true>
            {mine}
            <All href="/environments?state=all&whose=mine" label="All my environments, terminated ones too" />
        </Card>
        {requests}
        {(!products.is_empty()).then(|| view! { <Start products may_request /> })}
    };
    Page::new("Home", body)
}

/// Where the rest of a part is.
#[component]
fn All(href: &'static str, label: &'static str) -> impl IntoView {
    view! { <p class="card-foot"><a href=href>{label}</a></p> }
}

#[component]
fn Start(products: Vec<ProductCard>, may_request: bool) -> impl IntoView {
    let tiles = products.into_iter().map(|product| view! { <ProductTile product /> }).collect_view();
    view! {
        <section class="stack gap-3">
            <h2>{if may_request { "Start from a product" } else { "Products" }}</h2>
            <ul class="grid gap-4 md:grid-cols-2">{tiles}</ul>
            <p><a href="/catalog">"All products"</a></p>
        </section>
    }
}
