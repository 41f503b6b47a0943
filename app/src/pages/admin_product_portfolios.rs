use domain::id::{PortfolioId, ProductId};
use domain::view::{FormState, PortfolioOfProduct};
use leptos::prelude::*;

use super::url::with_query;
use crate::components::{
    Card, Choice, Constraint, Disclosure, Empty, Hidden, Remove, Select, Table, field_label, form_part,
};

/// The portfolios that a product is in, with what holds for it in each.
#[component]
pub(super) fn Portfolios(
    product: ProductId,
    portfolios: Vec<PortfolioOfProduct>,
    /// Where it could be put.
    others: Vec<(PortfolioId, String)>,
    manage: bool,
    state: FormState,
) -> impl IntoView {
    let table = if portfolios.is_empty() {
        view! { <Empty title="It is in no portfolio."><p>"Nobody can request it, or update an environment of it."</p></Empty> }
            .into_any()
    } else {
        let mut columns = vec!["Portfolio", "What holds for it there"];
        if manage {
            columns.push("Change");
        }
        let rows = portfolios.into_iter().map(|it| view! { <Line product=product.clone() it manage /> }).collect_view();
        view! { <Table label="Portfolios" columns stack=true>{rows}</Table> }.into_any()
    };
    let put = (manage && !others.is_empty()).then(|| {
        let state = form_part(&state, "associate");
        let open = !state.errors.is_empty();
        let choices = others.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
        view! {
            <Disclosure summary="Put it into another portfolio" open id="associate">
                <form class="fieldset max-w-2xl" method="post" action="/api/associate_product" novalidate>
                    <Hidden name="product" value=product.to_string() />
                    <Hidden name="from" value="product" />
                    <Select
                        label=field_label("portfolio")
                        name="portfolio"
                        part="associate"
                        help="What holds for it in the first portfolio above holds there too; else the usual role launches it."
                        choices
                        state
                    />
                    <p class="actions"><button class="button button-primary" type="submit">"Put it there"</button></p>
                </form>
            </Disclosure>
        }
    });
    view! {
        <Card title="Portfolios" flush=true>{table}</Card>
        {put}
    }
}

#[component]
fn Line(product: ProductId, it: PortfolioOfProduct, manage: bool) -> impl IntoView {
    let holds = if it.constraints.is_empty() {
        "nothing".into_any()
    } else {
        let rows = it.constraints.into_iter().map(|row| view! { <Constraint row /> }).collect_view();
        view! { <ul class="grid gap-1">{rows}</ul> }.into_any()
    };
    let at = with_query(&format!("/admin/products/{product}/constraints"), &[("portfolio", it.id.as_str())]);
    let label = if manage { "Change what holds" } else { "What holds" };
    let change = manage.then(|| {
        let fields =
            vec![("product", product.to_string()), ("portfolio", it.id.to_string()), ("from", "product".to_owned())];
        let described = format!("Take out of {}", it.name);
        let removal = Some(it.removal);
        view! {
            <td data-label="Change">
                <Remove action="/api/disassociate_product" label="Take out" described fields removal />
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/portfolios/{}", it.id)>{it.name.clone()}</a></th>
            <td data-label="What holds for it there">
                <div class="grid gap-2">
                    {holds}
                    <p><a class="button button-small" href=at aria-label=format!("{label} in {}", it.name)>{label}</a></p>
                </div>
            </td>
            {change}
        </tr>
    }
}
