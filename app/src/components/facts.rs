use leptos::prelude::*;

/// A definition list; `wide` puts the terms beside the values where there is room, `tile` always.
#[component]
pub fn Facts(#[prop(optional)] wide: bool, #[prop(optional)] tile: bool, children: Children) -> impl IntoView {
    let class = match (tile, wide) {
        (true, _) => "facts facts-tile gap-1.5",
        (false, true) => "facts facts-wide",
        (false, false) => "facts",
    };
    view! { <dl class=class>{children()}</dl> }
}

#[component]
pub fn Fact(#[prop(into)] term: String, children: Children) -> impl IntoView {
    view! { <div><dt>{term}</dt><dd>{children()}</dd></div> }
}

/// Names and values as they stand in AWS.
#[component]
pub fn PairList(pairs: Vec<(String, String)>) -> impl IntoView {
    view! {
        <Facts wide=true>
            {pairs
                .into_iter()
                .map(|(name, value)| {
                    let value = if value.is_empty() { "(empty)".to_owned() } else { value };
                    view! { <div><dt class="font-mono">{name}</dt><dd>{value}</dd></div> }
                })
                .collect_view()}
        </Facts>
    }
}
