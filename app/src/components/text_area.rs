use domain::view::FormState;
use leptos::prelude::*;

use super::{Field, describe, field_id};

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into, optional)] help: String,
    #[prop(into, optional)] value: String,
    state: FormState,
    #[prop(default = true)] required: bool,
    /// Neither required nor to be called optional.
    #[prop(optional)]
    filter: bool,
    /// Text for machines: a document.
    #[prop(optional)]
    code: bool,
    #[prop(optional)] part: &'static str,
    #[prop(default = 4)] lines: u8,
) -> impl IntoView {
    let id = field_id(part, &name);
    let error = state.error(&name).map(str::to_owned);
    let value = state.value(&name).map_or(value, str::to_owned);
    let described = describe(&id, !help.is_empty(), error.is_some());
    // Leptos writes what stands in a textarea as it is, and the parser reads references there: without these a text could
    // end the field and go on as markup.
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    // The parser drops one line break right after the tag: this one, so that a leading one of the text stays.
    let value = format!("\n{value}");
    view! {
        <Field id=id.clone() label help limits=None error=error.clone() required filter>
            <textarea
                class=if code { "input input-code" } else { "input" }
                id=id
                name=name
                rows=lines.to_string()
                required=required && !filter
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            >
                {value}
            </textarea>
        </Field>
    }
}
