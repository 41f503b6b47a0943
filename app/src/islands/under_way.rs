use leptos::prelude::*;

use crate::components::Refresh;

/// Marks a page of something that is under way. The page is loaded again once that has ended, and not before: whoever reads it or
/// moves about in it is not disturbed meanwhile.
#[island]
pub fn UnderWay() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::ended::wait();
    view! { <span data-under-way="yes"><Refresh /></span> }
}
