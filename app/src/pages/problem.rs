use domain::problem::Problem;
use leptos::prelude::*;

use crate::components::{Fact, Facts, PageHead};
use crate::document::Page;

/// What happened, why, what to do next, and the id that finds it in the log. `back` is the address of the form that was
/// posted, with what was typed.
pub fn page(status: u16, problem: Problem, request_id: Option<String>, back: Option<String>) -> Page {
    let title = match status {
        401 => "Signed out",
        403 => "Not allowed",
        404 => "Not found",
        409 => "Changed meanwhile",
        422 | 400 => "Not accepted",
        502 => "AWS did not do it",
        _ => "Not possible now",
    };
    let body = view! {
        <PageHead title=problem.what.clone() />
        <section class="card max-w-3xl">
            <div class="card-body">
                <Facts wide=true>
                    <Fact term="Why">{problem.why}</Fact>
                    <Fact term="What to do">{problem.next}</Fact>
                    {request_id
                        .map(|id| view! { <Fact term="Request id"><code>{id}</code></Fact> })}
                </Facts>
                <p class="actions">
                    {back.map(|href| view! { <a class="button button-primary" href=href>"Go back"</a> })}
                    <a class="button" href="/">"Go to the home page"</a>
                </p>
            </div>
        </section>
    };
    Page::new(title, body)
}
