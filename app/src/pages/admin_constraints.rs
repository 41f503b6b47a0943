use domain::action::Action;
use domain::id::{PortfolioId, ProductId};
use domain::view::{ConstraintTrial, ConstraintsPage, CuratedConstraint, FormState};
use leptos::prelude::*;

use super::admin_constraint_form::{Kind, KindForm};
use super::request_form::Generated;
use super::url::with_query;
use crate::components::{
    Callout, Card, Constraint, Crumb, Disclosure, Empty, ErrorSummary, Obstacles, PageHead, Remove, Table, Tone,
    form_part,
};
use crate::document::Page;

/// What holds for a product in a portfolio. `edit`: the id of the constraint that is changed.
pub fn page(it: ConstraintsPage, edit: &str) -> Page {
    let manage = it.allowed.has(Action::ManageCatalog);
    let (product, portfolio) = (it.product.clone(), it.portfolio.clone());
    // A form that came back says itself what it is about.
    let typed = it.form.value("constraint").map(str::to_owned);
    let edit = typed.unwrap_or_else(|| edit.to_owned());
    let edited = it.constraints.iter().find(|there| there.id == edit).cloned();
    let list = if it.constraints.is_empty() {
        view! { <Empty title="Nothing holds for it here."><p>"Without a launch constraint nobody can launch it."</p></Empty> }
            .into_any()
    } else {
        let mut columns = vec!["Kind", "What holds"];
        if manage {
            columns.push("Change");
        }
        let line = |it: CuratedConstraint| {
            let (product, portfolio) = (product.clone(), portfolio.clone());
            view! { <Line product portfolio it manage /> }
        };
        let rows = it.constraints.into_iter().map(line).collect_view();
        view! { <Table label="Constraints" columns stack=true>{rows}</Table> }.into_any()
    };
    let forms = manage.then(|| {
        let kinds = match &edited {
            Some(there) => Kind::of(&there.written.rule),
            None => Kind::ALL.to_vec(),
        };
        let (changed, only) = (edited.is_some(), kinds.len() == 1);
        let drawn = kinds.into_iter().enumerate().map(|(at, kind)| {
            let state = form_part(&it.form, kind.as_str());
            let open = (changed && at == 0) || state != FormState::default();
            let summary = match (changed, only) {
                (true, true) => "Change it".to_owned(),
                (true, false) => format!("Change it: {}", kind.asks()),
                (false, _) => kind.asks().to_owned(),
            };
            let (product, portfolio, parameters) = (product.clone(), portfolio.clone(), it.parameters.clone());
            let form = view! { <KindForm kind product portfolio edited=edited.clone() parameters state /> };
            view! { <Disclosure summary open id=kind.as_str().to_owned()>{form}</Disclosure> }
        });
        drawn.collect_view()
    });
    let summaries = Kind::ALL.map(|kind| {
        let state = form_part(&it.form, kind.as_str());
        view! { <ErrorSummary state part=kind.as_str() /> }
    });
    let trial = it.trial.map(|trial| view! { <Trial trial /> });
    let title = format!("What holds for {} in {}", it.name, it.portfolio_name);
    let crumbs =
        vec![Crumb::new("/admin/products", "Products"), Crumb::new(format!("/admin/products/{product}"), it.name)];
    let body = view! {
        <PageHead title=title.clone() lead="Who launches it, what can be chosen, and who is told. It holds for whoever sees the product by this portfolio." crumbs />
        {summaries.into_iter().collect_view()}
        {trial}
        <Card title="Constraints" flush=true>{list}</Card>
        {forms}
    };
    Page::new(title, body).with_errors(&it.form)
}

#[component]
fn Line(product: ProductId, portfolio: PortfolioId, it: CuratedConstraint, manage: bool) -> impl IntoView {
    let change = manage.then(|| {
        let address = format!("/admin/products/{product}/constraints");
        let edit = with_query(&address, &[("portfolio", portfolio.as_str()), ("edit", it.id.as_str())]);
        let fields =
            vec![("product", product.to_string()), ("portfolio", portfolio.to_string()), ("constraint", it.id.clone())];
        let described = format!("Delete the {} constraint {}", it.kind, it.id);
        let label = format!("Change the {} constraint {}", it.kind, it.id);
        let removal = Some(it.removal.clone());
        view! {
            <td data-label="Change">
                <div class="flex flex-wrap items-start gap-2">
                    <a class="button button-small" href=edit aria-label=label>"Change"</a>
                    <Remove action="/api/delete_constraint" label="Delete" described fields removal />
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row"><code>{it.kind.clone()}</code></th>
            <td data-label="What holds"><ul><Constraint row=it.row /></ul></td>
            {change}
        </tr>
    }
}

/// What rules do that are not saved yet.
#[component]
fn Trial(trial: ConstraintTrial) -> impl IntoView {
    let ConstraintTrial { rules, violations, undecided, obstacles, fields } = trial;
    let list = |lines: Vec<String>| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! { <ul class="grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{lines}</ul> }
    };
    let (tone, title) = match (violations.is_empty(), undecided.is_empty()) {
        (false, _) => (Tone::Warn, "The values that were tried are refused."),
        (true, false) => (Tone::Info, "The values that were tried are not refused, as far as they go."),
        (true, true) => (Tone::Good, "The values that were tried keep to it."),
    };
    let open = (!undecided.is_empty()).then(|| {
        view! { <p>"Not decided by them: " {undecided.join(", ")} "."</p> }
    });
    let fields = if fields.is_empty() {
        view! { <p>"People are asked for nothing, or no project may use the product yet."</p> }.into_any()
    } else {
        let drawn = fields.into_iter().map(|field| {
            view! { <Generated field state=FormState::default() retyped=false /> }
        });
        // Drawn to be looked at: nothing is sent.
        view! { <fieldset class="fieldset" disabled=true><legend class="sr-only">"As it would be"</legend>{drawn.collect_view()}</fieldset> }.into_any()
    };
    view! {
        <div id="trial" class="stack">
            <Callout tone title>{list(violations)} {open}</Callout>
            <Obstacles obstacles title="With it, requests would be refused whatever people fill in:" />
            <Card title="Its rules"><div>{list(rules)}</div></Card>
            <Card title="The request form with it" note="Not saved yet">{fields}</Card>
        </div>
    }
}
