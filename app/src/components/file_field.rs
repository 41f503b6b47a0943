use domain::view::FormState;
use leptos::prelude::*;

use super::{Field, describe, field_id};

/// A file to be chosen; its form is sent as `multipart/form-data`.
#[component]
pub fn FileField(
    #[prop(into)] label: String,
    name: &'static str,
    #[prop(into, optional)] help: String,
    /// Ends of file names that the browser offers first: `.yaml,.json`.
    accept: &'static str,
    state: FormState,
) -> impl IntoView {
    let id = field_id("", name);
    let error = state.error(name).map(str::to_owned);
    let described = describe(&id, !help.is_empty(), error.is_some());
    view! {
        <Field id=id.clone() label help limits=None error=error.clone() required=false filter=true>
            <input
                class="input"
                id=id
                name=name
                type="file"
                accept=accept
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
        </Field>
    }
}
