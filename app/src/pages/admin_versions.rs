use domain::id::ProductId;
use domain::view::{CuratedVersion, Sheet};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{Badge, Card, Day, Empty, Icon, Pager, PostButton, RemoveOne, SharedForm, Table, Tone};
use crate::words;

/// The form that deletes a version.
const DELETE: &str = "delete-version";

/// The versions of a product, with who has them and what can be made of them.
#[component]
pub(super) fn Versions(product: ProductId, versions: Vec<CuratedVersion>, sheet: Sheet, manage: bool) -> impl IntoView {
    let rows = if versions.is_empty() && sheet.number == 1 {
        view! { <Empty title="It has no version."></Empty> }.into_any()
    } else if versions.is_empty() {
        let first = format!("/admin/products/{product}#versions");
        view! { <Empty title="The list ends before this page."><p><a href=first>"First page"</a></p></Empty> }
            .into_any()
    } else {
        view! { <Rows product versions sheet manage /> }.into_any()
    };
    view! { <Card title="Versions" note="Another one is made on the page of its template" flush=true id="versions">{rows}</Card> }
}

#[component]
fn Rows(product: ProductId, versions: Vec<CuratedVersion>, sheet: Sheet, manage: bool) -> impl IntoView {
    let further = sheet.number > 1;
    let several = versions.len() > 1 || further;
    let first = format!("/admin/products/{product}");
    let next = sheet.next().map(|next| format!("{}#versions", with_query(&first, &[("page", &next)])));
    let delete = manage.then(|| {
        let fields = vec![("product", product.to_string())];
        view! { <SharedForm id=DELETE action="/api/delete_version" fields /> }
    });
    let rows = versions.into_iter().map(|it| view! { <Line product=product.clone() it manage /> }).collect_view();
    let mut columns = vec!["Version", "State", "Made", "Environments"];
    if manage {
        columns.push("Change");
    }
    let below = several.then(|| {
        let (compare, first) = (format!("{first}/versions"), format!("{first}#versions"));
        view! {
            <div class="card-body stack gap-3">
                <Pager first next further />
                <p><a class="button button-small" href=compare>"Two versions side by side"</a></p>
            </div>
        }
    });
    view! { {delete} <Table label="Versions" columns stack=true>{rows}</Table> {below} }
}

#[component]
fn Line(product: ProductId, it: CuratedVersion, manage: bool) -> impl IntoView {
    let (tone, icon, state) = match (it.active, it.deprecated, it.preferred) {
        (false, _, _) => (Tone::Neutral, Icon::Minus, "Not active"),
        (true, true, _) => (Tone::Warn, Icon::Warning, "Deprecated"),
        (true, false, true) => (Tone::Good, Icon::Check, "Offered first"),
        (true, false, false) => (Tone::Good, Icon::Check, "Offered"),
    };
    let have = with_query("/environments", &[("product", product.as_str()), ("version", it.id.as_str())]);
    let environments = if it.environments == 0 {
        "none".into_any()
    } else {
        let number = words::count(it.environments, "environment", "environments");
        view! { <a href=have>{number}</a> }.into_any()
    };
    let button = |label: &'static str, active: bool, guidance: &str| {
        let fields = vec![
            ("product", product.to_string()),
            ("artifact", it.id.to_string()),
            ("active", if active { "yes" } else { "no" }.to_owned()),
            ("guidance", guidance.to_owned()),
        ];
        let described = format!("{label} version {}", it.name);
        view! { <PostButton action="/api/set_version" label class="button button-small" described fields /> }
    };
    let change = manage.then(|| {
        let deprecated = if it.deprecated { "deprecated" } else { "default" };
        let buttons = match (it.active, it.deprecated) {
            (true, false) => {
                view! { {button("Deprecate", true, "deprecated")} {button("Deactivate", false, deprecated)} }.into_any()
            }
            (true, true) => {
                view! { {button("Offer again", true, "default")} {button("Deactivate", false, deprecated)} }.into_any()
            }
            (false, _) => button("Activate", true, deprecated).into_any(),
        };
        let delete = {
            let (described, removal) = (format!("Delete version {}", it.name), it.deletion.clone());
            view! { <RemoveOne form=DELETE name="artifact" value=it.id.to_string() described removal label="Delete" /> }
        };
        view! { <td data-label="Change"><div class="flex flex-wrap items-start gap-2">{buttons} {delete}</div></td> }
    });
    view! {
        <tr>
            <th scope="row">
                {it.name.clone()}
                {(!it.note.is_empty()).then(|| view! { <span class="block text-sm font-normal text-muted">{it.note.clone()}</span> })}
            </th>
            <td data-label="State"><Badge tone icon text=state /></td>
            <td data-label="Made"><Day at=it.created_at /></td>
            <td data-label="Environments">{environments}</td>
            {change}
        </tr>
    }
}
