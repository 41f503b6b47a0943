use domain::action::Action;
use domain::id::Region;
use domain::view::{FormState, Removal, TagOptionRow, TagOptionsPage, TaggedBy};
use leptos::prelude::*;

use super::catalog::Freshness;
use super::url::with_query;
use crate::components::{
    Badge, Card, Crumb, Disclosure, Empty, ErrorSummary, Icon, PageHead, Pager, PostButton, RegionField, Remove, Table,
    TextField, Tone, field_label, form_part,
};
use crate::document::Page;

pub(super) const ADDRESS: &str = "/admin/tags";

/// The tags that people choose from when they request, and what they are on.
pub fn page(admin: TagOptionsPage) -> Page {
    let TagOptionsPage { options, sheet, regions, mirrors, allowed, form } = admin;
    let manage = allowed.has(Action::ManageCatalog);
    let new_form = form_part(&form, "new");
    // A button has no form to come back to.
    let others = if new_form == form { FormState::default() } else { form.clone() };
    let further = sheet.number > 1;
    let none = options.is_empty() && !further;
    let several = regions.len() > 1;
    let list = if none {
        view! {
            <Empty title="There is no TagOption yet.">
                <p>"A TagOption is a key with a value that people choose from, on the products and portfolios that it is put on."</p>
            </Empty>
        }
        .into_any()
    } else if options.is_empty() {
        view! { <Empty title="The list ends before this page."></Empty> }.into_any()
    } else {
        let mut columns = vec!["Tag", "State", "On"];
        if manage {
            columns.push("Change");
        }
        let rows = options.into_iter().map(|it| view! { <Line it several manage /> }).collect_view();
        view! { <Card title="TagOptions" flush=true><Table label="TagOptions" columns stack=true>{rows}</Table></Card> }
            .into_any()
    };
    let new = manage.then(|| {
        let (state, open) = (new_form.clone(), none || !new_form.errors.is_empty());
        view! { <Disclosure summary="Make a TagOption" open id="new"><New regions state /></Disclosure> }
    });
    let next = sheet.next().map(|next| with_query(ADDRESS, &[("page", &next)]));
    let crumbs = vec![Crumb::new("/admin/products", "Products")];
    let lead = "Tags that people choose when they request. What runs keeps the tags that it has. Open one to put it on portfolios and products.";
    let body = view! {
        <PageHead title="TagOptions" lead crumbs />
        <ErrorSummary state=others />
        <ErrorSummary state=new_form part="new" />
        {list}
        <Pager first=ADDRESS.to_owned() next further />
        {new}
        <Freshness mirrors />
    };
    Page::new("TagOptions", body).with_errors(&form)
}

fn called(key: &str, value: &str, region: &Region, several: bool) -> String {
    let region = if several { format!(" ({region})") } else { String::new() };
    format!("{key} = {value}{region}")
}

#[component]
fn Line(it: TagOptionRow, several: bool, manage: bool) -> impl IntoView {
    let name = called(&it.key, &it.value, &it.region, several);
    let address = format!("{ADDRESS}/{}", it.id);
    let (tone, icon, state) =
        if it.active { (Tone::Good, Icon::Check, "Offered") } else { (Tone::Neutral, Icon::Minus, "Not offered") };
    let on = if it.on.is_empty() && it.unknown == 0 {
        "nothing".into_any()
    } else {
        let things = it.on.clone().into_iter().map(|thing| {
            let (option, name) = (it.id.to_string(), name.clone());
            view! { <On option name thing manage /> }
        });
        let more = (it.more > 0).then(|| {
            let said = format!("and {} more", it.more);
            let address = address.clone();
            view! { <li><a href=address aria-label=format!("{said} that {name} is on")>{said.clone()}</a></li> }
        });
        let unknown = (it.unknown > 0).then(|| view! { <li>{unseen(it.unknown)}</li> });
        view! { <ul class="grid gap-1">{things.collect_view()} {more} {unknown}</ul> }.into_any()
    };
    let change = manage.then(|| {
        let (label, active) = if it.active { ("Offer no more", "no") } else { ("Offer", "yes") };
        let fields = vec![("tag_option", it.id.to_string()), ("active", active.to_owned())];
        let described = format!("{label}: {name}");
        let removal = if it.on.is_empty() && it.unknown == 0 {
            Removal { consequence: "Nothing has it: nobody can choose it any more.".to_owned(), blocked: false }
        } else {
            Removal { consequence: "It is on something: take it off first.".to_owned(), blocked: true }
        };
        let (gone, deleted) = (vec![("tag_option", it.id.to_string())], format!("Delete {name}"));
        view! {
            <td data-label="Change">
                <div class="flex flex-wrap items-start gap-2">
                    <PostButton action="/api/set_tag_option" label class="button button-small" described fields />
                    <Remove action="/api/delete_tag_option" label="Delete" described=deleted fields=gone removal=Some(removal) />
                </div>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="[overflow-wrap:anywhere]"><a href=address><code>{name}</code></a></th>
            <td data-label="State"><Badge tone icon text=state /></td>
            <td data-label="On">{on}</td>
            {change}
        </tr>
    }
}

/// What is in AWS and not in the mirror.
pub(super) fn unseen(number: u64) -> String {
    format!("{number} that the portal does not see")
}

/// Something that a TagOption is on, and how it is taken off.
#[component]
fn On(option: String, name: String, thing: TaggedBy, manage: bool) -> impl IntoView {
    let address = address_of(&thing);
    let off = manage.then(|| view! { <TakeOff option name thing=thing.clone() /> });
    view! {
        <li class="flex flex-wrap items-center gap-2">
            <a href=address>{thing.name}</a>
            {off}
        </li>
    }
}

#[component]
pub(super) fn TakeOff(option: String, name: String, thing: TaggedBy) -> impl IntoView {
    let fields = vec![("tag_option", option), ("on", thing.id)];
    let described = format!("Take off {}: {name}", thing.name);
    view! { <PostButton action="/api/disassociate_tag_option" label="Take off" class="button button-small" described fields /> }
}

pub(super) fn address_of(thing: &TaggedBy) -> String {
    let under = if thing.is_portfolio { "/admin/portfolios" } else { "/admin/products" };
    format!("{under}/{}", thing.id)
}

#[component]
fn New(regions: Vec<Region>, state: FormState) -> impl IntoView {
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/add_tag_option" novalidate>
            <RegionField regions part="new" state=state.clone() />
            <TextField label=field_label("tag_key") name="tag_key" part="new" help="Up to 128 characters." state=state.clone() />
            <TextField label=field_label("tag_value") name="tag_value" part="new" help="Up to 256 characters." state />
            <p class="actions"><button class="button button-primary" type="submit">"Make the TagOption"</button></p>
        </form>
    }
}
