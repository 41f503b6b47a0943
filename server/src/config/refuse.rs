//! Says what is wrong with a setting, and where it stands.

use domain::text::nearest;
use figment::error::{Error, Kind};

use super::source::{PREFIX, VARIABLES};
use super::{Config, ConfigError};

/// How alike two names have to be for one to be taken for the other misspelt.
const ALIKE: f64 = 0.7;

pub(super) fn explain(errors: &Error) -> ConfigError {
    ConfigError(errors.clone().into_iter().map(|error| one(&error)).collect::<Vec<_>>().join("\n"))
}

fn one(error: &Error) -> String {
    let from_variables = error.metadata.as_ref().is_some_and(|data| data.name == VARIABLES);
    let place = match error.metadata.as_ref().and_then(|data| data.source.as_ref()) {
        Some(source) => format!(" in {source}"),
        None => String::new(),
    };
    let named = |parts: &[String]| {
        if from_variables { format!("{PREFIX}{}", parts.join("_").to_uppercase()) } else { parts.join(".") }
    };
    match &error.kind {
        Kind::UnknownField(field, known) => {
            // Where the unknown key was found, its own name may or may not be the last part of the path.
            let mut parts = error.path.clone();
            if parts.last() == Some(field) {
                parts.pop();
            }
            let sibling = |name: &str| named(&parts.iter().cloned().chain([name.to_owned()]).collect::<Vec<_>>());
            // A variable's first word may be the one that is wrong: it is compared as a whole.
            let whole = if from_variables { nearest_variable(&sibling(field)) } else { None };
            let hint = match whole.or_else(|| nearest(field, known.iter().copied(), ALIKE).map(sibling)) {
                Some(near) => format!(" Did you mean {near}?"),
                None => format!(" There is {}.", known.iter().map(|name| sibling(name)).collect::<Vec<_>>().join(", ")),
            };
            format!("{}{place} is not a setting.{hint}", sibling(field))
        }
        kind => format!("{}{place}: {kind}", named(&error.path)),
    }
}

/// The variable that is most like `name`, all that they share taken away.
fn nearest_variable(name: &str) -> Option<String> {
    let all = Config::every_variable();
    let candidates: Vec<&str> = all.iter().filter_map(|variable| variable.strip_prefix(PREFIX)).collect();
    let near = nearest(name.strip_prefix(PREFIX)?, candidates, ALIKE)?;
    Some(format!("{PREFIX}{near}"))
}
