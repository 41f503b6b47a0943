use domain::id::Region;
use domain::view::FormState;
use leptos::prelude::*;

use super::{Choice, Hidden, Select};

/// Where something new is made; of one region alone nobody is asked.
#[component]
pub fn RegionField(regions: Vec<Region>, #[prop(optional)] part: &'static str, state: FormState) -> impl IntoView {
    if let [only] = regions.as_slice() {
        return view! { <Hidden name="region" value=only.to_string() /> }.into_any();
    }
    let choices = regions.iter().map(|region| Choice::plain(region.as_str())).collect();
    view! { <Select label="Region" name="region" part choices state /> }.into_any()
}
