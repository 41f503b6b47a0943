use domain::view::ConstraintRow;
use leptos::prelude::*;

/// What a constraint demands, with its rules one by one.
#[component]
pub fn Constraint(row: ConstraintRow) -> impl IntoView {
    let rules = (!row.rules.is_empty()).then(|| {
        let items = row.rules.into_iter().map(|rule| view! { <li>{rule}</li> }).collect_view();
        view! { <ul class="mt-1 grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{items}</ul> }
    });
    view! { <li>{row.text} {rules}</li> }
}
