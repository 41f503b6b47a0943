use leptos::prelude::*;

/// A table that scrolls by itself where the screen is narrow; `label` names it for those who cannot see it.
#[component]
pub fn Table(
    #[prop(into)] label: String,
    columns: Vec<&'static str>,
    /// Each cell under its own `data-label` instead, for rows with much in them.
    #[prop(optional)]
    stack: bool,
    /// The last column holds numbers, one below the other by their last digit.
    #[prop(optional)]
    numbers: bool,
    children: Children,
) -> impl IntoView {
    let class = match (stack, numbers) {
        (true, _) => "table table-stack",
        (false, true) => "table table-numbers",
        (false, false) => "table",
    };
    let head = columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view();
    view! {
        <div class="scroll" role="region" tabindex="0" aria-label=label>
            <table class=class>
                <thead><tr>{head}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}
