use domain::view::{HomePage, ProductCard};
use leptos::prelude::*;

use super::catalog::ProductTile;
use crate::components::{Card, Empty, EnvironmentRows, PageHead, RequestRows};
use crate::document::Page;
use crate::words;

/// My environments, what waits for me, and where to start.
pub fn page(home: HomePage) -> Page {
    let HomePage { environments, waiting_for_me, my_requests, products } = home;
    let waiting = (!waiting_for_me.is_empty()).then(|| {
        let note = words::count(waiting_for_me.len() as u64, "request", "requests");
        view! {
            <Card title="Waiting for your decision" note flush=true><RequestRows rows=waiting_for_me /></Card>
        }
    });
    let mine = if environments.is_empty() {
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
        view! { <Card title="My open requests" flush=true><RequestRows rows=my_requests /></Card> }
    });
    let start = (!products.is_empty())
        .then(|| view! { <a class="button button-primary" href="/catalog">"Request an environment"</a> });
    let body = view! {
        <PageHead title="Home" lead="Your environments, and what waits for you.">
            {start}
        </PageHead>
        {waiting}
        <Card title="My environments" flush=true>{mine}</Card>
        {requests}
        {(!products.is_empty()).then(|| view! { <Start products /> })}
    };
    Page::new("Home", body)
}

#[component]
fn Start(products: Vec<ProductCard>) -> impl IntoView {
    let tiles = products.into_iter().map(|product| view! { <ProductTile product /> }).collect_view();
    view! {
        <section class="stack gap-3">
            <h2>"Start from a product"</h2>
            <ul class="grid gap-4 md:grid-cols-2">{tiles}</ul>
        </section>
    }
}
