use domain::curation::{ProductText, tags_as_text};
use domain::id::ProductId;
use domain::view::{FormState, Removal};
use leptos::prelude::*;

use crate::components::{
    Card, Disclosure, Hidden, Remove, StoredNow, TextArea, TextField, field_label, form_part, form_seen,
};

/// What people read of a product and its tags, another one like it, and its end.
#[component]
pub(super) fn Text(
    product: ProductId,
    text: ProductText,
    seen: String,
    deletion: Removal,
    state: FormState,
) -> impl IntoView {
    let (text_form, copy_form) = (form_part(&state, "text"), form_part(&state, "copy"));
    let (edited, copied) = (!text_form.errors.is_empty(), !copy_form.errors.is_empty());
    let (id, name) = (product.to_string(), text.name.clone());
    let fields = vec![("product", id.clone())];
    let described = format!("Delete {name}");
    let copy = {
        let id = id.clone();
        let value = format!("{name}, copy");
        view! {
            <form class="fieldset max-w-2xl" method="post" action="/api/copy_product" novalidate>
                <Hidden name="product" value=id />
                <TextField
                    label=field_label("copy_name")
                    name="copy_name"
                    part="copy"
                    help="It has the versions that can be requested of this one, and is in no portfolio."
                    value
                    state=copy_form
                />
                <p class="actions"><button class="button button-primary" type="submit">"Copy"</button></p>
            </form>
        }
    };
    view! {
        <Card title="The product itself" note="As Service Catalog has it">
            <div class="stack gap-3">
                <Disclosure summary="Change what people read, and its tags" open=edited id="text">
                    <Fields product=id text seen state=text_form />
                </Disclosure>
                <Disclosure summary="Copy it" open=copied id="copy">{copy}</Disclosure>
                <Remove action="/api/delete_product" label="Delete" described fields removal=Some(deletion) />
            </div>
        </Card>
    }
}

#[component]
fn Fields(product: String, text: ProductText, seen: String, state: FormState) -> impl IntoView {
    let seen = form_seen(&state, seen);
    let tags = tags_as_text(&text.tags);
    let stored = vec![
        ("product_name", text.name.clone()),
        ("product_description", text.description.clone()),
        ("product_owner", text.owner.clone()),
        ("support", text.support.clone()),
        ("product_tags", tags.trim().to_owned()),
    ];
    view! {
        <form class="fieldset max-w-2xl" method="post" action="/api/set_product" novalidate>
            <Hidden name="product" value=product />
            <Hidden name="seen" value=seen />
            <div class="empty:hidden"><StoredNow state=state.clone() stored /></div>
            <TextField
                label=field_label("product_name")
                name="product_name"
                part="text"
                help="As people find it in the catalog. Up to 100 characters."
                value=text.name
                state=state.clone()
            />
            <TextArea
                label=field_label("product_description")
                name="product_description"
                part="text"
                lines=3
                required=false
                value=text.description
                state=state.clone()
            />
            <TextField label=field_label("product_owner") name="product_owner" part="text" value=text.owner state=state.clone() />
            <TextField
                label=field_label("support")
                name="support"
                part="text"
                required=false
                help="An e-mail address for whoever needs help with it."
                value=text.support
                state=state.clone()
            />
            <TextArea
                label=field_label("product_tags")
                name="product_tags"
                part="text"
                lines=3
                required=false
                code=true
                help="One in a line: key = value. AWS gives them to what is provisioned of it from then on, where the request has none of the same key."
                value=tags
                state
            />
            <p class="actions"><button class="button button-primary" type="submit">"Save"</button></p>
        </form>
    }
}
