use domain::view::FormState;
use leptos::prelude::*;

use super::{Field, describe, field_id};

/// One line of text. What was typed before and its error come out of `state`.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into, optional)] help: String,
    #[prop(optional_no_strip)] limits: Option<String>,
    /// What stands in it when nothing was typed before.
    #[prop(into, optional)]
    value: String,
    state: FormState,
    #[prop(default = true)] required: bool,
    /// A filter may stay empty, and nobody has to be told.
    #[prop(optional)]
    filter: bool,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    /// Keeps the ids of two forms on one page apart.
    #[prop(optional)]
    part: &'static str,
    /// What a browser proposes; anything else can be typed as well.
    #[prop(optional)]
    proposals: Vec<String>,
    /// An identifier of AWS rather than prose.
    #[prop(optional)]
    code: bool,
    /// What a browser may fill in; without one it does as its person likes, and brings back what was typed.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
) -> impl IntoView {
    let id = field_id(part, &name);
    let error = state.error(&name).map(str::to_owned);
    // What was typed into a password field is never sent back.
    let value = (kind != "password").then(|| state.value(&name).map_or(value, str::to_owned));
    let described = describe(&id, !help.is_empty() || limits.is_some(), error.is_some());
    let list = (!proposals.is_empty()).then(|| format!("{id}-proposals"));
    let options = list.clone().map(|id| {
        let options = proposals.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id>{options}</datalist> }
    });
    view! {
        <Field id=id.clone() label help limits error=error.clone() required filter>
            <input
                class=if code { "input input-code" } else { "input" }
                id=id
                name=name
                type=kind
                value=value
                inputmode=inputmode
                required=required && !filter
                autocomplete=autocomplete
                list=list
                spellcheck="false"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
            {options}
        </Field>
    }
}
