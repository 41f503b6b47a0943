use domain::action::Action;
use domain::view::{AccessRow, ProductPage, VersionRow};
use leptos::prelude::*;

use super::guardrails::Guardrails;
use crate::components::{
    Badge, Callout, Card, Constraint, Crumb, Day, Disclosure, Empty, Fact, Facts, Icon, Moment, PageHead, PairList,
    Table, Tone,
};
use crate::document::Page;
use crate::words;

/// What a product is, what it creates, and under which rules.
pub fn page(product: ProductPage) -> Page {
    let title = product.name.clone();
    let may = product.allowed.has(Action::SubmitRequest);
    let offered = product.versions.iter().any(|version| !version.deprecated);
    let why_not = match (product.portfolio.is_empty(), product.versions.is_empty(), offered) {
        (true, ..) => Some("It is in no portfolio."),
        (_, true, _) => Some("None of its versions is active."),
        (_, _, false) => Some("All of its versions are deprecated."),
        _ => None,
    };
    let not_now = why_not.filter(|_| may).map(|why| {
        view! { <Callout tone=Tone::Info title="Nobody can request it now."><p>{why} " The platform team has to offer it again."</p></Callout> }
    });
    let request = (may && why_not.is_none()).then(|| {
        view! {
            <a class="button button-primary" href=format!("/catalog/{}/request", product.id)>"Request this product"</a>
        }
    });
    let not_yours = (!product.allowed.has(Action::SubmitRequest)).then(|| {
        view! {
            <Callout tone=Tone::Info title="You cannot request it.">
                <p>"Requests come from members of the projects that may use it. Auditors make none."</p>
            </Callout>
        }
    });
    let approvers = if product.approvers.is_empty() {
        view! { <p class="text-muted">"Nobody may use it yet, so there is nobody to approve."</p> }.into_any()
    } else {
        let rows = product
            .approvers
            .into_iter()
            .map(|row| {
                let stages: Vec<_> = row.stages.iter().map(|stage| stage.label()).collect();
                let term = format!("{} in {}", row.project, stages.join(", "));
                view! { <Fact term>{row.who}</Fact> }
            })
            .collect_view();
        view! { <Facts>{rows}</Facts> }.into_any()
    };
    let constraints = if product.constraints.is_empty() {
        view! { <p class="text-muted">"The portfolio sets no constraints on this product."</p> }.into_any()
    } else {
        let items = product.constraints.into_iter().map(|row| view! { <Constraint row /> }).collect_view();
        view! { <ul class="grid list-disc gap-1.5 pl-5">{items}</ul> }.into_any()
    };
    let chosen = product.tags_chosen.into_iter().map(|(key, values)| (key, values.join(", "))).collect::<Vec<_>>();
    let chosen = (!chosen.is_empty())
        .then(|| view! { <h3 class="text-base">"You choose when you request"</h3> <PairList pairs=chosen /> });
    let set = (!product.tags_set.is_empty())
        .then(|| view! { <h3 class="text-base">"Set for you"</h3> <PairList pairs=product.tags_set /> });
    let tags = (chosen.is_some() || set.is_some())
        .then(|| view! { <Card title="Tags"><div class="stack gap-3">{chosen} {set}</div></Card> });
    let bound = (!product.bound.is_empty()).then(|| {
        view! {
            <Disclosure summary="What the platform sets for you"><PairList pairs=product.bound /></Disclosure>
        }
    });
    let body = view! {
        <PageHead title=product.name lead=product.description crumbs=vec![Crumb::new("/catalog", "Catalog")]>
            {request}
        </PageHead>
        {not_yours}
        {not_now}
        <div class="columns">
            <div class="stack">
                <Versions versions=product.versions />
                <Card title="Where it may be used" flush=true><Access rows=product.access /></Card>
                <Card title="Constraints">{constraints}</Card>
                <Guardrails rows=product.guardrails organization=product.organization />
                {tags}
                {bound}
            </div>
            <div class="stack">
                <Card title="Who approves">{approvers}</Card>
                <Card title="About">
                    <Facts>
                        <Fact term="Portfolio">{product.portfolio}</Fact>
                        <Fact term="Owner">{product.owner}</Fact>
                        <Fact term="Support">{product.support}</Fact>
                        <Fact term="Time to come up">{words::typical(product.typical)}</Fact>
                        <Fact term="Product id"><code>{product.id.to_string()}</code></Fact>
                        {product
                            .refreshed_at
                            .map(|at| view! { <Fact term="Read from AWS"><Moment at /></Fact> })}
                    </Facts>
                </Card>
            </div>
        </div>
    };
    Page::new(title, body)
}

#[component]
fn Versions(versions: Vec<VersionRow>) -> impl IntoView {
    if versions.is_empty() {
        return view! { <Card title="Versions"><Empty title="None of its versions is active."></Empty></Card> }
            .into_any();
    }
    let items = versions
        .into_iter()
        .map(|version| {
            let resources = version
                .resources
                .into_iter()
                .map(|(kind, number)| {
                    view! { <li class="chip">{format!("{number} \u{d7} {}", words::resource_type(&kind))}</li> }
                })
                .collect_view();
            view! {
                <li class="row flex-col items-stretch gap-2">
                    <p class="flex flex-wrap items-center gap-x-3 gap-y-1">
                        <span class="font-semibold">{version.name}</span>
                        {version.preferred.then(|| view! { <Badge tone=Tone::Good icon=Icon::Check text="Offered first" /> })}
                        {version
                            .deprecated
                            .then(|| view! { <Badge tone=Tone::Warn icon=Icon::Warning text="Deprecated" /> })}
                        <span class="text-sm text-muted">"from " <Day at=version.created_at /></span>
                    </p>
                    {(!version.description.is_empty()).then(|| view! { <p>{version.description}</p> })}
                    <div>
                        <p class="mb-1 text-sm text-muted">"Creates"</p>
                        <ul class="flex flex-wrap gap-1.5">{resources}</ul>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <Card title="Versions" flush=true><ul class="rows">{items}</ul></Card> }.into_any()
}

#[component]
fn Access(rows: Vec<AccessRow>) -> impl IntoView {
    if rows.is_empty() {
        return view! {
            <Empty title="Nobody may use it yet."><p>"An admin gives projects access, stage by stage."</p></Empty>
        }
        .into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row">{row.project.to_string()}</th>
                    <td data-label="Stage">{row.stage.label()}</td>
                    <td data-label="Approval">{words::approval(&row.approval)}</td>
                    <td data-label="Data class">{words::data_class(row.data_class)}</td>
                    <td data-label="Longest lease">{words::count(row.max_lease_days, "day", "days")}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec!["Project", "Stage", "Approval", "Data class", "Longest lease"];
    view! { <Table label="Projects and stages that may use it" columns stack=true>{rows}</Table> }.into_any()
}
