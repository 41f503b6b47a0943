use domain::action::Action;
use domain::curation::{PortfolioText, tags_as_text};
use domain::id::{PortfolioId, ProductId};
use domain::view::{FormState, PortfolioPage, ProductOfPortfolio};
use leptos::prelude::*;

use super::admin_portfolio_access::Access;
use super::url::with_query;
use crate::components::{
    Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Fact, Facts, Hidden, PageHead, Pager, Remove, RemoveOne,
    Select, SharedForm, StoredNow, Table, TextArea, TextField, field_label, form_part, form_seen,
};
use crate::document::Page;
use crate::words;

/// The form that takes a product out.
const TAKE_OUT: &str = "take-out";

/// One portfolio: what it holds, and what people read of it.
///
/// `shares`: which [`Sheet`] of those whom it is shared to.
pub fn page(it: PortfolioPage, shares: &str) -> Page {
    let manage = it.allowed.has(Action::ManageCatalog);
    let (text_form, put_form) = (form_part(&it.form, "text"), form_part(&it.form, "associate"));
    let name = it.text.name.clone();
    let products = if it.products.is_empty() && it.sheet.number > 1 {
        view! { <Empty title="The list ends before this page."></Empty> }.into_any()
    } else if it.products.is_empty() {
        view! { <Empty title="It holds no product yet."></Empty> }.into_any()
    } else {
        let mut columns = vec!["Product", "Owner", "Versions", "What holds for it here"];
        if manage {
            columns.push("Change");
        }
        let take_out = manage.then(|| {
            let fields = vec![("portfolio", it.id.to_string()), ("from", "portfolio".to_owned())];
            view! { <SharedForm id=TAKE_OUT action="/api/disassociate_product" fields /> }
        });
        let rows = it.products.into_iter().map(|it| view! { <Line it manage /> }).collect_view();
        view! { {take_out} <Table label="Products" columns stack=true>{rows}</Table> }.into_any()
    };
    let put = (manage && !it.others.is_empty()).then(|| {
        let (portfolio, others, state) = (it.id.clone(), it.others, put_form.clone());
        view! { <Put portfolio others state /> }
    });
    let tags = if it.text.tags.is_empty() { "none".to_owned() } else { tags_as_text(&it.text.tags) };
    let itself = manage.then(|| {
        let fields = vec![("portfolio", it.id.to_string())];
        let described = format!("Delete {name}");
        let (id, text, seen, state) = (it.id.to_string(), it.text.clone(), it.seen, text_form.clone());
        let open = !state.errors.is_empty();
        view! {
            <Card title="The portfolio itself" note="As Service Catalog has it">
                <div class="stack gap-3">
                    <Disclosure summary="Change what people read, and its tags" open id="text">
                        <Edit id text seen state />
                    </Disclosure>
                    <Remove action="/api/delete_portfolio" label="Delete" described fields removal=Some(it.deletion) />
                </div>
            </Card>
        }
    });
    let first = format!("/admin/portfolios/{}", it.id);
    let next = it.sheet.next().map(|next| with_query(&first, &[("page", &next)]));
    let further = it.sheet.number > 1;
    let crumbs = vec![Crumb::new("/admin/products", "Products"), Crumb::new("/admin/portfolios", "Portfolios")];
    let portfolio = it.id.clone();
    let body = view! {
        <PageHead title=name.clone() lead=it.text.description.clone() crumbs />
        <ErrorSummary state=text_form part="text" />
        <ErrorSummary state=put_form part="associate" />
        <ErrorSummary state=form_part(&it.form, "share") part="share" />
        <ErrorSummary state=form_part(&it.form, "principal") part="principal" />
        <Card title="About">
            <Facts>
                <Fact term="Provider">{it.text.provider.clone()}</Fact>
                <Fact term="Region"><code>{it.region.to_string()}</code></Fact>
                <Fact term="Id"><code>{it.id.to_string()}</code></Fact>
                <Fact term="Tags"><span class="whitespace-pre-line [overflow-wrap:anywhere]">{tags}</span></Fact>
            </Facts>
        </Card>
        <Card title="Products" flush=true>{products}</Card>
        <Pager first next further of="its products" />
        {put}
        <Access portfolio it=it.access shown=shares.to_owned() manage form=it.form.clone() />
        {itself}
    };
    Page::new(name, body).with_errors(&it.form)
}

#[component]
fn Line(it: ProductOfPortfolio, manage: bool) -> impl IntoView {
    let change = manage.then(|| {
        let (value, described, removal) = (it.id.to_string(), format!("Take out {}", it.name), it.removal.clone());
        view! {
            <td data-label="Change">
                <RemoveOne form=TAKE_OUT name="product" value described removal label="Take out" />
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/products/{}", it.id)>{it.name.clone()}</a></th>
            <td data-label="Owner">{it.owner}</td>
            <td data-label="Versions">{words::count(it.versions, "version", "versions")}</td>
            <td data-label="What holds for it here">{words::count(it.constraints, "constraint", "constraints")}</td>
            {change}
        </tr>
    }
}

#[component]
fn Put(portfolio: PortfolioId, others: Vec<(ProductId, String)>, state: FormState) -> impl IntoView {
    let open = !state.errors.is_empty();
    let choices = others.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    view! {
        <Disclosure summary="Put a product into it" open id="associate">
            <form class="fieldset max-w-2xl" method="post" action="/api/associate_product" novalidate>
                <Hidden name="portfolio" value=portfolio.to_string() />
                <Hidden name="from" value="portfolio" />
                <Select
                    label=field_label("product")
                    name="product"
                    part="associate"
                    help="What holds for it in another portfolio holds here too; else the usual role launches it."
                    choices
                    state
                />
                <p class="actions"><button class="button button-primary" type="submit">"Put it here"</button></p>
            </form>
        </Disclosure>
    }
}

#[component]
fn Edit(id: String, text: PortfolioText, seen: String, state: FormState) -> impl IntoView {
    let seen = form_seen(&state, seen);
    let stored = vec![
        ("portfolio_name", text.name.clone()),
        ("portfolio_description", text.description.clone()),
        ("provider", text.provider.clone()),
        ("portfolio_tags", tags_as_text(&text.tags).trim().to_owned()),
    ];
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/set_portfolio" novalidate>
            <Hidden name="portfolio" value=id />
            <Hidden name="seen" value=seen />
            <div class="empty:hidden"><StoredNow state=state.clone() stored /></div>
            <PortfolioFields text part="text" state />
            <p class="actions"><button class="button button-primary" type="submit">"Save"</button></p>
        </form>
    }
}

/// The fields that a new portfolio and an edited one share.
#[component]
pub(super) fn PortfolioFields(
    text: PortfolioText,
    state: FormState,
    #[prop(optional)] part: &'static str,
) -> impl IntoView {
    let tags = tags_as_text(&text.tags);
    view! {
        <TextField
            label=field_label("portfolio_name")
            name="portfolio_name"
            part
            help="Up to 100 characters."
            value=text.name
            state=state.clone()
        />
        <TextArea
            label=field_label("portfolio_description")
            name="portfolio_description"
            part
            lines=3
            required=false
            value=text.description
            state=state.clone()
        />
        <TextField
            label=field_label("provider")
            name="provider"
            part
            help="The team that looks after it. Up to 50 characters."
            value=text.provider
            state=state.clone()
        />
        <TextArea
            label=field_label("portfolio_tags")
            name="portfolio_tags"
            part
            lines=3
            required=false
            code=true
            help="One in a line: key = value. AWS gives them to what is provisioned from it from then on, where the request has none of the same key."
            value=tags
            state
        />
    }
}
