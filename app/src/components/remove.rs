use domain::view::Removal;
use leptos::prelude::*;

use super::{Hidden, PostButton};

/// Removing something: what it means stands before the button that does it.
#[component]
pub fn Remove(
    action: &'static str,
    /// What is removed: "Remove account fraud-detection-dev".
    described: String,
    fields: Vec<(&'static str, String)>,
    removal: Option<Removal>,
    #[prop(default = "Remove")] label: &'static str,
) -> impl IntoView {
    let Removal { consequence, blocked } =
        removal.unwrap_or_else(|| Removal { consequence: String::new(), blocked: false });
    let button = (!blocked).then(|| {
        view! { <PostButton action label=described.clone() class="button button-small button-danger" fields /> }
    });
    view! { <Asked label described consequence button=button.into_any() /> }
}

/// A form of which each row of a list is posted by a button of its own, a [`RemoveOne`]: a page with a form in each row takes far
/// longer to draw.
#[component]
pub fn SharedForm(id: &'static str, action: &'static str, fields: Vec<(&'static str, String)>) -> impl IntoView {
    view! {
        <form id=id method="post" action=action hidden>
            {fields.into_iter().map(|(name, value)| view! { <Hidden name value /> }).collect_view()}
        </form>
    }
}

/// Removing one of a list: `form` is the id of its [`SharedForm`], and `name` the field that says which one.
#[component]
pub fn RemoveOne(
    form: &'static str,
    name: &'static str,
    value: String,
    described: String,
    removal: Removal,
    label: &'static str,
) -> impl IntoView {
    let Removal { consequence, blocked } = removal;
    let button = (!blocked).then(|| {
        view! { <button type="submit" form=form name=name value=value class="button button-small button-danger">{described.clone()}</button> }
    });
    view! { <Asked label described consequence button=button.into_any() /> }
}

#[component]
fn Asked(label: &'static str, described: String, consequence: String, button: AnyView) -> impl IntoView {
    view! {
        <details class="removal">
            <summary class="button button-small" aria-label=described>{label}</summary>
            <div class="stack gap-2">
                <p>{consequence}</p>
                {button}
            </div>
        </details>
    }
}
