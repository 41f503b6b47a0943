use domain::guardrail::Finding;
use domain::organization::DiffLine;
use leptos::prelude::*;

/// What was found in a document, with the places.
#[component]
pub(super) fn Findings(findings: Vec<Finding>, #[prop(optional)] linked: bool) -> impl IntoView {
    let items = findings
        .into_iter()
        .map(|Finding { line, column, message }| {
            let place = format!("Line {line}, column {column}");
            let place = if linked {
                view! { <a href=format!("#line-{line}")>{place}</a> }.into_any()
            } else {
                view! { <span>{place}</span> }.into_any()
            };
            view! { <li>{place} ": " {message} "."</li> }
        })
        .collect_view();
    view! { <ul class="grid list-disc gap-1 pl-5 [overflow-wrap:anywhere]">{items}</ul> }
}

/// Lines that something loses and gains. `of`: what it is called where there are several on a page.
#[component]
pub(in crate::pages) fn Difference(#[prop(into)] of: String, lines: Vec<DiffLine>) -> impl IntoView {
    let label = format!("Difference of {of}");
    let lines = lines
        .into_iter()
        .map(|line| {
            let (class, mark, word, text) = match line {
                DiffLine::Same(text) => ("document-line", " ", "", text),
                DiffLine::Removed(text) => ("document-line tone-bad", "-", "Removed: ", text),
                DiffLine::Added(text) => ("document-line tone-good", "+", "Added: ", text),
            };
            view! {
                <li class=class>
                    <span class="font-mono whitespace-pre" aria-hidden="true">{format!("{mark} ")}</span>
                    <span class="sr-only">{word}</span>
                    <code>{text}</code>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="document document-plain" role="region" tabindex="0" aria-label=label>
            <ol>{lines}</ol>
        </div>
    }
}
