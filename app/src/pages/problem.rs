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
    let back = back.map(|href| view! { <a class="button button-primary" href=href>"Go back"</a> });
    Page::new(title, body(problem, request_id, back))
}

/// Why a sign-in came to nothing, with the way to try it again: `sign_in` leads to the page that was asked for.
pub fn not_signed_in(problem: Problem, request_id: String, sign_in: String) -> Page {
    let again = view! { <a class="button button-primary" href=sign_in>"Sign in again"</a> };
    Page::new("Not signed in", body(problem, Some(request_id), Some(again)))
}

fn body(problem: Problem, request_id: Option<String>, first: Option<impl IntoView>) -> impl IntoView {
    view! {
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
                    {first}
                    <a class="button" href="/">"Go to the home page"</a>
                </p>
            </div>
        </section>
    }
}
