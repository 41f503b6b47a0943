//! The HTML document around every page: head, masthead, navigation, the message of the last action.

mod frame;
mod masthead;
mod navigation;
mod script;

use domain::view::{Flash, FlashKind, Shell};
pub use frame::{Assets, Frame, Theme, ThemeCookie};
use leptos::prelude::*;

use crate::components::{Callout, Tone};
use masthead::Masthead;
use navigation::Navigation;
use script::IslandScript;

/// A page ready to be put into the document.
#[derive(Debug)]
pub struct Page {
    /// Goes into `<title>`.
    pub title: String,
    pub body: AnyView,
    /// Whether it holds an island: only then is there a script on the page.
    pub live: bool,
}

impl Page {
    pub fn new(title: impl Into<String>, body: impl IntoView + 'static) -> Self {
        Self { title: title.into(), body: body.into_any(), live: false }
    }

    /// Says in the title that the form came back, as people with screen readers hear the title first.
    #[must_use]
    pub fn with_errors(mut self, state: &domain::view::FormState) -> Self {
        if !state.errors.is_empty() {
            self.title.insert_str(0, "Error: ");
        }
        self
    }
}

/// The whole document. Without a `shell` (nobody is signed in, or the portal cannot tell) there is no navigation.
#[component]
pub fn Document(frame: Frame, shell: Option<Shell>, page: Page) -> impl IntoView {
    let flash = shell.as_ref().and_then(|shell| shell.flash.clone());
    let aside = shell.clone().filter(|shell| !shell.roles.is_empty()).map(|shell| {
        let path = frame.path.clone();
        view! { <aside class="side"><Navigation shell path label="Main" /></aside> }
    });
    // One piece of text: the parser takes markers between two for part of the title.
    let title = format!("{} \u{b7} Studiogate", page.title);
    let frame_class = if aside.is_some() { "frame" } else { "frame lg:grid-cols-1" };
    let script = page.live.then(|| {
        view! { <IslandScript assets=frame.assets.clone() nonce=frame.nonce.clone() /> }
    });
    view! {
        <html lang="en" data-theme=frame.theme.map(Theme::as_str)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href=frame.assets.stylesheet.clone() />
                {script}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                <Masthead shell frame=frame.clone() />
                <div class=frame_class>
                    {aside}
                    <main class="main" id="main" tabindex="-1">
                        {flash.map(|flash| view! { <FlashCallout flash /> })}
                        {page.body}
                    </main>
                </div>
                <footer class="footer">
                    <span>"Studiogate"</span>
                    <span>"All times are UTC."</span>
                </footer>
            </body>
        </html>
    }
}

#[component]
fn FlashCallout(flash: Flash) -> impl IntoView {
    let (tone, role) = match flash.kind {
        FlashKind::Success => (Tone::Good, "status"),
        FlashKind::Info => (Tone::Info, "status"),
        FlashKind::Failure => (Tone::Bad, "alert"),
    };
    view! { <Callout tone title=flash.text role /> }
}
