use domain::environment::EnvironmentState;
use domain::organization::ChangeState;
use domain::request::RequestState;
use domain::revocation::RevocationState;
use domain::rollout::RolloutState;
use leptos::prelude::*;

use super::{Icon, IconView};
use crate::words;

/// The colour of a badge or callout; it always goes with an icon and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Info,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub fn class(self) -> &'static str {
        match self {
            Self::Neutral => "tone-neutral",
            Self::Info => "tone-info",
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }
}

#[component]
pub fn Badge(tone: Tone, icon: Icon, #[prop(into)] text: String) -> impl IntoView {
    view! { <span class=format!("badge {}", tone.class())><IconView icon />{text}</span> }
}

#[component]
pub fn EnvironmentBadge(state: EnvironmentState) -> impl IntoView {
    let (tone, icon) = match state {
        EnvironmentState::Provisioning | EnvironmentState::Updating | EnvironmentState::Terminating => {
            (Tone::Info, Icon::Running)
        }
        EnvironmentState::Available => (Tone::Good, Icon::Check),
        EnvironmentState::Tainted => (Tone::Warn, Icon::Warning),
        EnvironmentState::Error => (Tone::Bad, Icon::Cross),
        EnvironmentState::Terminated => (Tone::Neutral, Icon::Minus),
    };
    view! { <Badge tone icon text=words::environment_state(state) /> }
}

#[component]
pub fn RequestBadge(state: RequestState) -> impl IntoView {
    let (tone, icon) = match state {
        RequestState::Submitted => (Tone::Info, Icon::Clock),
        RequestState::Approved => (Tone::Good, Icon::Check),
        RequestState::Denied => (Tone::Bad, Icon::Cross),
        RequestState::Withdrawn | RequestState::Closed => (Tone::Neutral, Icon::Minus),
        RequestState::Expired => (Tone::Neutral, Icon::Clock),
    };
    view! { <Badge tone icon text=words::request_state(state) /> }
}

#[component]
pub fn RevocationBadge(state: RevocationState) -> impl IntoView {
    let (tone, icon) = match state {
        RevocationState::Revoking | RevocationState::Restoring => (Tone::Info, Icon::Running),
        RevocationState::Revoked => (Tone::Bad, Icon::Minus),
        RevocationState::Restored => (Tone::Neutral, Icon::Check),
    };
    view! { <Badge tone icon text=words::revocation_state(state) /> }
}

#[component]
pub fn RolloutBadge(state: RolloutState) -> impl IntoView {
    let (tone, icon) = match state {
        RolloutState::Running => (Tone::Info, Icon::Running),
        RolloutState::Stopped => (Tone::Bad, Icon::Cross),
        RolloutState::Finished => (Tone::Good, Icon::Check),
        RolloutState::Ended => (Tone::Neutral, Icon::Minus),
    };
    view! { <Badge tone icon text=words::rollout_state(state) /> }
}

#[component]
pub fn ChangeBadge(state: ChangeState) -> impl IntoView {
    let (tone, icon) = match state {
        ChangeState::Applying => (Tone::Info, Icon::Running),
        ChangeState::Applied => (Tone::Good, Icon::Check),
        ChangeState::Failed => (Tone::Bad, Icon::Cross),
    };
    view! { <Badge tone icon text=words::change_state(state) /> }
}
