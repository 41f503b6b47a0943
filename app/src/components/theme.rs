use leptos::prelude::*;

use super::Hidden;
use crate::document::Theme;

/// The choice of colours, kept in a cookie of this browser. It loads the page anew: it stands where nobody types.
#[component]
pub fn ThemeForm(chosen: Option<Theme>, return_to: &'static str) -> impl IntoView {
    let buttons = [("", "System", None), ("light", "Light", Some(Theme::Light)), ("dark", "Dark", Some(Theme::Dark))]
        .into_iter()
        .map(|(value, label, theme)| {
            let pressed = theme == chosen;
            let class = if pressed { "button button-small button-primary" } else { "button button-small" };
            view! {
                <button class=class type="submit" name="theme" value=value aria-pressed=pressed.to_string()>{label}</button>
            }
        })
        .collect_view();
    view! {
        <form method="post" action="/api/set_theme" aria-label="Colours">
            <Hidden name="return_to" value=return_to />
            <div class="actions">{buttons}</div>
        </form>
    }
}
