/// Whether the page follows along by itself. What it says is true: a page that stands still says that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// The server draws the first alone.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code))]
pub(crate) enum Connection {
    Opening,
    Live,
    /// The browser tries again by itself.
    Lost,
    /// Nobody said that it is gone, and nothing comes.
    Silent,
    /// It does not.
    Closed,
}

impl Connection {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Opening => "",
            Self::Live => "Live: this page follows along by itself.",
            Self::Lost => "The live connection was lost. Trying again.",
            Self::Silent => "Nothing was heard from the portal for a while: this shows what was known last.",
            Self::Closed => "This page is not live any more: it shows what was known last.",
        }
    }

    /// Whether it takes a person to see what is new.
    pub(crate) fn is_stale(self) -> bool {
        matches!(self, Self::Lost | Self::Silent | Self::Closed)
    }
}
