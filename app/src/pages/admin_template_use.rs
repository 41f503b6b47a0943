use domain::view::{FormState, TemplateUse};
use leptos::prelude::*;

use crate::components::{
    Callout, Card, Checks, Choice, Disclosure, Hidden, Select, TextArea, TextField, Tick, Tone, field_label, form_part,
};

/// What can be made of a template in which nothing is to be mended: a product, or a version of one.
#[component]
pub(super) fn UseTemplate(id: String, uses: TemplateUse, form: FormState) -> impl IntoView {
    if !uses.has_bucket {
        return view! {
            <Callout tone=Tone::Info title="Nothing can be made of it here.">
                <p>"Whoever runs the portal sets a bucket that Service Catalog loads templates from: " <code>"aws.templates_bucket"</code> "."</p>
            </Callout>
        }
        .into_any();
    }
    let (product_form, version_form) = (form_part(&form, "product"), form_part(&form, "version"));
    let portfolios: Vec<_> = uses.portfolios.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect();
    // Nothing is offered as a version of a product because a list begins with that.
    let mut products = vec![Choice::new("", "Choose")];
    products.extend(uses.products.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)));
    let it = uses.proposed;
    // But one of a template of the portal's belongs to the product that was made of another.
    let same =
        products.iter().find(|choice| choice.label == it.name).map(|choice| choice.value.clone()).unwrap_or_default();
    let (of_name, of_note) = (it.version.clone(), it.note.clone());
    let version = move |state: FormState, part: &'static str| {
        let (name, note) = (of_name.clone(), of_note.clone());
        view! {
            <TextField label=field_label("version_name") name="version_name" part value=name state=state.clone() help="As people choose it: 1.0, or 2026-11." />
            <TextArea label=field_label("version_note") name="version_note" part value=note lines=2 required=false state help="What is new in it, for whoever updates." />
        }
    };
    let first_version = version.clone();
    let new_product = {
        let state = product_form.clone();
        let open = !state.errors.is_empty();
        let id = id.clone();
        view! {
            <Disclosure summary="Make a product of it" open id="product">
                <form class="fieldset max-w-2xl" method="post" action="/api/add_product" novalidate>
                    <Hidden name="template" value=id />
                    <Select label=field_label("portfolio") name="portfolio" part="product" value=String::new() choices=portfolios state=state.clone() />
                    <TextField label=field_label("product_name") name="product_name" part="product" value=it.name.clone() state=state.clone() help="As people find it in the catalog. Up to 100 characters." />
                    <TextArea label=field_label("product_description") name="product_description" part="product" value=it.description.clone() lines=3 required=false state=state.clone() help="What it is for, and for whom." />
                    <TextField label=field_label("product_owner") name="product_owner" part="product" value=it.owner.clone() state=state.clone() help="The team that looks after it." />
                    <TextField label=field_label("support") name="support" part="product" value=it.support.clone() required=false state=state.clone() help="An e-mail address for whoever needs help with it." />
                    {first_version(state, "product")}
                    <p class="actions"><button class="button button-primary" type="submit">"Make the product"</button></p>
                </form>
            </Disclosure>
        }
    };
    let new_version = (products.len() > 1).then(|| {
        let state = version_form.clone();
        let open = !state.errors.is_empty();
        let asked = state.error("unlike").is_some() || state.value("unlike").is_some_and(|it| !it.is_empty());
        view! {
            <Disclosure summary="Make it a version of a product" open id="version">
                <form class="fieldset max-w-2xl" method="post" action="/api/add_version" novalidate>
                    <Hidden name="template" value=id />
                    <Select label=field_label("product") name="product" part="version" value=same choices=products state=state.clone() />
                    {version(state.clone(), "version")}
                    {asked.then(|| {
                        let ticks = vec![Tick { name: "unlike".to_owned(), label: "It is meant to be a version of this product".to_owned(), ticked: false }];
                        view! { <Checks label=field_label("unlike") name="unlike" part="version" ticks state /> }
                    })}
                    <p class="actions"><button class="button button-primary" type="submit">"Make the version"</button></p>
                </form>
            </Disclosure>
        }
    });
    view! {
        <Card title="In the catalog" note="Nobody may use a new product before a project is given access">
            <div class="stack gap-3">{new_product} {new_version}</div>
        </Card>
    }
    .into_any()
}
