use domain::view::Shell;
use leptos::prelude::*;

use super::Frame;
use super::navigation::Navigation;
use crate::components::{Icon, IconView};

/// The bar on top: the name, what waits, and the menus.
#[component]
pub fn Masthead(shell: Option<Shell>, frame: Frame) -> impl IntoView {
    let person = shell.map(|shell| {
        let waiting = (shell.waiting_for_me > 0).then(|| {
            view! {
                <a class="button button-small" href="/approvals">
                    <span class="count">{shell.waiting_for_me}</span>
                    <span class="sr-only sm:not-sr-only">" waiting"</span>
                    <span class="sr-only">" for your decision"</span>
                </a>
            }
        });
        let navigation = (!shell.roles.is_empty()).then(|| {
            view! {
                <details class="menu menu-nav">
                    <summary><IconView icon=Icon::Menu />"Menu"</summary>
                    <div class="menu-panel"><Navigation shell=shell.clone() path=frame.path.clone() label="Menu" /></div>
                </details>
            }
        });
        view! {
            {waiting}
            {navigation}
            <PersonMenu shell />
        }
    });
    view! {
        <header class="masthead">
            <a class="brand" href="/">
                <svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25" aria-hidden="true">
                    <path d="M3 21V11a9 9 0 0 1 18 0v10" stroke-linecap="round"></path>
                    <path d="M8 21v-9.5a4 4 0 0 1 8 0V21M12 13v3" stroke-linecap="round"></path>
                </svg>
                // Beside the count and the menus a narrow phone has no room for the word.
                <span class="sr-only min-[24rem]:not-sr-only">"Studiogate"</span>
            </a>
            {person}
        </header>
    }
}

#[component]
fn PersonMenu(shell: Shell) -> impl IntoView {
    let roles = if shell.roles.is_empty() { vec!["No role yet".to_owned()] } else { shell.roles };
    view! {
        <details class="menu">
            <summary>
                <IconView icon=Icon::Person />
                <span class="hidden truncate sm:inline">{shell.display_name.clone()}</span>
                <span class="sr-only sm:hidden">{shell.display_name.clone()}</span>
            </summary>
            <div class="menu-panel">
                <div>
                    <p class="font-semibold">{shell.display_name}</p>
                    <ul class="text-sm text-muted">
                        {roles.into_iter().map(|role| view! { <li>{role}</li> }).collect_view()}
                    </ul>
                </div>
                <a class="button button-small" href="/profile">"Profile, sessions and colours"</a>
                <form method="post" action="/auth/logout">
                    <button class="button button-small w-full" type="submit">"Sign out"</button>
                </form>
            </div>
        </details>
    }
}
