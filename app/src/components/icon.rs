use leptos::prelude::*;

/// The shapes that go with words: a state is never told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Check,
    Cross,
    Warning,
    Clock,
    Running,
    Minus,
    Info,
    External,
    Person,
    Menu,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M3 8.5l3.2 3.2L13 4.8",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Warning => "M8 2.2L14.6 13.6H1.4zM8 6.4v3.4M8 11.6v.3",
            Self::Clock => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 4.6V8l2.4 1.6",
            Self::Running => "M8 1.8a6.2 6.2 0 1 1-5.6 3.5",
            Self::Minus => "M3.5 8h9",
            Self::Info => "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.2v4M8 4.6v.3",
            Self::External => "M6 3H3v10h10v-3M9 2.5h4.5V7M13.2 2.8L7.5 8.5",
            Self::Person => "M8 2a2.8 2.8 0 1 0 0 5.6A2.8 2.8 0 0 0 8 2zM2.6 14c.4-3 2.6-4.4 5.4-4.4s5 1.4 5.4 4.4",
            Self::Menu => "M2 4h12M2 8h12M2 12h12",
        }
    }
}

#[component]
pub fn IconView(icon: Icon) -> impl IntoView {
    let class = if icon == Icon::Running { "icon spin" } else { "icon" };
    view! {
        <svg
            class=class
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=icon.path()></path>
        </svg>
    }
}
