use leptos::prelude::*;

/// Lines that are drawn; nobody reads more in a browser.
const MOST_LINES: usize = 5_000;

/// A document with numbered lines, each of which can be gone to as `#line-N`.
#[component]
pub fn Numbered(
    content: String,
    #[prop(default = "Document")] label: &'static str,
    /// The lines in which something was found, from 1.
    marked: Vec<u32>,
) -> impl IntoView {
    let more = content.lines().count().saturating_sub(MOST_LINES);
    let lines = content
        .lines()
        .take(MOST_LINES)
        .zip(1_u32..)
        .map(|(line, number)| {
            let class = if marked.contains(&number) { "document-line tone-warn" } else { "document-line" };
            view! { <li class=class id=format!("line-{number}")><code>{line.to_owned()}</code></li> }
        })
        .collect_view();
    let more = (more > 0)
        .then(|| view! { <p class="card-body text-sm text-muted">{format!("{more} more lines are not shown.")}</p> });
    view! {
        <div class="document" role="region" tabindex="0" aria-label=label><ol>{lines}</ol></div>
        {more}
    }
}
