use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use domain::access::ProductAccess;
use domain::catalog::MirrorState;
use domain::id::{ProductId, ProjectId};
use domain::project::Stage;
use http::HeaderMap;
use store::{Scope, Store};

use super::Answer;
use super::enter::{Shell, enter};
use crate::parts::{Filter, class_word, input, select, stages, typical};

#[derive(Template)]
#[template(path = "catalog.html")]
struct Catalog {
    shell: Shell,
    filters: Vec<Filter>,
    tiles: Vec<Tile>,
    mirrors: Vec<MirrorState>,
}

struct Tile {
    id: ProductId,
    name: String,
    description: String,
    portfolio: String,
    stages: Vec<&'static str>,
    approval: &'static str,
    classes: String,
    typical: String,
}

pub(super) async fn catalog(State(store): State<Store>, headers: HeaderMap) -> Answer {
    let (actor, shell) = enter(&store, &headers, "/catalog").await?;
    let mine: Vec<ProjectId> = actor.projects().into_iter().cloned().collect();
    let access = store.product_access_of_projects(&mine).await?;
    let projects: BTreeMap<_, _> = store.projects(&Scope::All).await?.into_iter().map(|p| (p.id.clone(), p)).collect();
    let portfolios = store.portfolios().await?;
    let mirrors = store.mirror_states().await?;
    let mut products = store.products().await?;
    products.retain(|product| access.iter().any(|rule| rule.product == product.id));
    let ids: Vec<ProductId> = products.iter().map(|product| product.id.clone()).collect();
    let mut measured = store.provisioning_seconds_of(&ids, 50).await?;
    let expected = store.product_settings_of(&ids).await?;
    let mut tiles = Vec::new();
    for product in products {
        let rules: Vec<&ProductAccess> = access.iter().filter(|rule| rule.product == product.id).collect();
        let mut stages: Vec<Stage> = rules.iter().map(|rule| rule.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        let mut classes: Vec<_> = rules
            .iter()
            .filter_map(|rule| projects.get(&rule.project))
            .map(|project| class_word(project.data_class))
            .collect();
        classes.sort_unstable();
        classes.dedup();
        let approval = match rules.iter().filter(|rule| !rule.approval.asks_nobody()).count() {
            0 => "Not needed",
            n if n == rules.len() => "A team lead",
            _ => "A team lead, in some stages",
        };
        let named = portfolios.iter().filter(|p| product.portfolios.contains(&p.id)).map(|p| p.name.as_str());
        tiles.push(Tile {
            typical: typical(
                measured.remove(&product.id).unwrap_or_default(),
                expected.get(&product.id).and_then(|settings| settings.typical_minutes),
            ),
            portfolio: named.collect::<Vec<_>>().join(", "),
            stages: stages.into_iter().map(Stage::label).collect(),
            classes: classes.join(", "),
            approval,
            id: product.id,
            name: product.name,
            description: product.description,
        });
    }
    let approvals = [("none", "No approval needed"), ("some", "Somebody approves")];
    let filters = vec![
        input("Name or description", "q", "search"),
        stages(),
        select("Project", "project", "Any project", mine.iter().map(|id| (id, id))),
        select("Approval", "approval", "With or without", approvals),
    ];
    Ok(Html(Catalog { shell, filters, tiles, mirrors }.render()?))
}
