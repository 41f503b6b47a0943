use leptos::prelude::*;

use super::{Callout, Disclosure, Tone};

/// Why a file cannot be meant as it is written.
#[component]
pub fn Mistakes(
    mistakes: Vec<String>,
    /// What more there is to know.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let items = mistakes.into_iter().map(|it| view! { <li class="[overflow-wrap:anywhere]">{it}</li> }).collect_view();
    view! {
        <Callout tone=Tone::Bad title="It cannot be meant as it is written:">
            <ul class="grid list-disc gap-1 pl-5">{items}</ul>
            {children.map(|children| children())}
        </Callout>
    }
}

/// What somebody should look at before it is done.
#[component]
pub fn Notices(notices: Vec<String>) -> impl IntoView {
    (!notices.is_empty()).then(|| {
        let items = notices.into_iter().map(|it| view! { <li class="[overflow-wrap:anywhere]">{it}</li> }).collect_view();
        view! { <Callout tone=Tone::Warn title="Somebody should look at this:"><ul class="grid list-disc gap-1 pl-5">{items}</ul></Callout> }
    })
}

/// What stays as it is: it is not described, or nothing changes it.
#[component]
pub fn Stays(stays: Vec<String>) -> impl IntoView {
    (!stays.is_empty()).then(|| {
        let summary = match stays.len() {
            1 => "One thing stays as it is".to_owned(),
            several => format!("{several} things stay as they are"),
        };
        let items = stays.into_iter().map(|it| view! { <li>{it}</li> }).collect_view();
        view! { <Disclosure summary><ul class="grid list-disc gap-1 pl-5">{items}</ul></Disclosure> }
    })
}
