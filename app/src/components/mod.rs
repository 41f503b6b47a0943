//! Small parts that pages are made of. Those above the line are drawn in the browser too, by the islands.

mod badge;
mod callout;
mod icon;
mod progress;
mod stack_events;
mod time;

pub use badge::{Badge, ChangeBadge, EnvironmentBadge, RequestBadge, RevocationBadge, RolloutBadge, Tone};
pub use callout::{Callout, ProblemCallout};
pub use icon::{Icon, IconView};
#[cfg(feature = "hydrate")]
pub(crate) use progress::summary;
pub use progress::{Operation, ProgressView, Refresh};
pub use time::{Clock, Day, Moment, MomentOfLog};

#[cfg(feature = "render")]
mod card;
#[cfg(feature = "render")]
mod checks;
#[cfg(feature = "render")]
mod constraint;
#[cfg(feature = "render")]
mod disclosure;
#[cfg(feature = "render")]
mod empty;
#[cfg(feature = "render")]
mod facts;
#[cfg(feature = "render")]
mod field;
#[cfg(feature = "render")]
mod file_field;
#[cfg(feature = "render")]
mod form;
#[cfg(feature = "render")]
mod numbered;
#[cfg(feature = "render")]
mod obstacles;
#[cfg(feature = "render")]
mod page_head;
#[cfg(feature = "render")]
mod pager;
#[cfg(feature = "render")]
mod plan;
#[cfg(feature = "render")]
mod radios;
#[cfg(feature = "render")]
mod region_field;
#[cfg(feature = "render")]
mod remove;
#[cfg(feature = "render")]
mod rows;
#[cfg(feature = "render")]
mod rule_fields;
#[cfg(feature = "render")]
mod select;
#[cfg(feature = "render")]
mod stored_now;
#[cfg(feature = "render")]
mod table;
#[cfg(feature = "render")]
mod text_area;
#[cfg(feature = "render")]
mod text_field;
#[cfg(feature = "render")]
mod theme;
#[cfg(feature = "render")]
mod unsent;

#[cfg(feature = "render")]
pub use self::{
    card::Card,
    checks::{Checks, Tick},
    constraint::Constraint,
    disclosure::Disclosure,
    empty::Empty,
    facts::{Fact, Facts, PairList},
    field::{ErrorLine, Field, describe, field_id},
    file_field::FileField,
    form::{
        ERRORS_ID, ErrorSummary, Hidden, PostButton, field_label, form_part, form_seen, form_version, only_known_fields,
    },
    numbered::Numbered,
    obstacles::Obstacles,
    page_head::{Crumb, PageHead},
    pager::Pager,
    plan::{Mistakes, Notices, Stays},
    radios::Radios,
    region_field::RegionField,
    remove::{Remove, RemoveOne, SharedForm},
    rows::{EnvironmentRows, RequestRows},
    rule_fields::{RuleFields, stored_rule},
    select::{Choice, Select},
    stored_now::StoredNow,
    table::Table,
    text_area::TextArea,
    text_field::TextField,
    theme::ThemeForm,
    unsent::Unsent,
};
