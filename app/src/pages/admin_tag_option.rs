use domain::action::Action;
use domain::view::{FormState, TagOptionPage, TaggedBy};
use leptos::prelude::*;

use super::admin_tag_options::{ADDRESS, TakeOff, address_of, unseen};
use super::url::with_query;
use crate::components::{
    Card, Choice, Crumb, Disclosure, Empty, ErrorSummary, Hidden, PageHead, Pager, Select, Table, field_label,
    form_part,
};
use crate::document::Page;

/// One TagOption: everything that it is on.
pub fn page(it: TagOptionPage) -> Page {
    let TagOptionPage { option, sheet, others, allowed, form } = it;
    let put_form = form_part(&form, "put");
    let manage = allowed.has(Action::ManageCatalog);
    let name = format!("{} = {}", option.key, option.value);
    let (title, id) = (name.clone(), option.id.to_string());
    let further = sheet.number > 1;
    let list = if option.on.is_empty() && further {
        view! { <Empty title="The list ends before this page."></Empty> }.into_any()
    } else if option.on.is_empty() {
        view! { <Empty title="It is on nothing that the portal sees."></Empty> }.into_any()
    } else {
        let mut columns = vec!["Name", "What it is"];
        if manage {
            columns.push("Change");
        }
        let line = |thing| view! { <Line option=id.clone() name=name.clone() thing manage /> };
        let rows = option.on.into_iter().map(line).collect_view();
        view! { <Table label="What it is on" columns stack=true>{rows}</Table> }.into_any()
    };
    let put = (manage && !others.is_empty()).then(|| {
        let (option, state) = (id.clone(), put_form.clone());
        view! { <Put option others state /> }
    });
    let unknown = (option.unknown > 0).then(|| view! { <p class="text-muted">{unseen(option.unknown)} "."</p> });
    let first = format!("{ADDRESS}/{id}");
    let next = sheet.next().map(|next| with_query(&first, &[("page", &next)]));
    let crumbs = vec![Crumb::new("/admin/products", "Products"), Crumb::new(ADDRESS, "TagOptions")];
    let lead = if option.active { "It is offered to whoever requests what it is on." } else { "It is not offered." };
    let body = view! {
        <PageHead title=title.clone() lead crumbs />
        <ErrorSummary state=put_form part="put" />
        <Card title="What it is on" flush=true>{list}</Card>
        <Pager first next further />
        {unknown}
        {put}
    };
    Page::new(title, body).with_errors(&form)
}

#[component]
fn Line(option: String, name: String, thing: TaggedBy, manage: bool) -> impl IntoView {
    let address = address_of(&thing);
    let kind = if thing.is_portfolio { "Portfolio" } else { "Product" };
    let called = thing.name.clone();
    let off = manage.then(|| view! { <td data-label="Change"><TakeOff option name thing /></td> });
    view! {
        <tr>
            <th scope="row"><a href=address>{called}</a></th>
            <td data-label="What it is">{kind}</td>
            {off}
        </tr>
    }
}

#[component]
fn Put(option: String, others: Vec<TaggedBy>, state: FormState) -> impl IntoView {
    let open = !state.errors.is_empty();
    let named = |it: TaggedBy| {
        let kind = if it.is_portfolio { "portfolio" } else { "product" };
        Choice::new(it.id, format!("{} ({kind})", it.name))
    };
    let choices = others.into_iter().map(named).collect();
    view! {
        <Disclosure summary="Put it on a portfolio or product" open id="put">
            <form class="fieldset max-w-2xl" method="post" action="/api/associate_tag_option" novalidate>
                <Hidden name="tag_option" value=option />
                <Select
                    label=field_label("on")
                    name="on"
                    part="put"
                    help="On a portfolio it holds for all of its products. Where both have a key, people choose among the values that they have in common."
                    choices
                    state
                />
                <p class="actions"><button class="button button-primary" type="submit">"Put it there"</button></p>
            </form>
        </Disclosure>
    }
}
