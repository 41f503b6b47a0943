//! Why a change of a TagOption would be refused, by field.

use std::collections::BTreeSet;

use super::quotas::{KEYS, VALUES};
use super::tags::mistake_in;
use super::{AroundCatalogChange, CatalogChange};
use crate::problem::FieldError;
use crate::tag_policy::{ENVIRONMENT_TAG, OWNER_TAG};

pub(super) fn mistakes(change: &CatalogChange, around: &AroundCatalogChange) -> Vec<FieldError> {
    let one = |field: &str, message: String| vec![FieldError::new(field, message)];
    if let CatalogChange::AddTagOption { key, value, .. } = change {
        return about_new(around, key, value);
    }
    let Some(option) = &around.tag_option else {
        return one("tag_option", "It is not there any more.".to_owned());
    };
    if change.tagged().is_some() && around.tagged.is_none() {
        return one("on", "Choose a product or a portfolio.".to_owned());
    }
    match change {
        CatalogChange::SetTagOption { .. } if around.has(change) => one("tag_option", "It is so already.".to_owned()),
        CatalogChange::DeleteTagOption { .. } => match option.resources.len() {
            0 => Vec::new(),
            1 => one("tag_option", "It is on something: take it off first.".to_owned()),
            n => one("tag_option", format!("It is on {n} things: take it off first.")),
        },
        CatalogChange::AssociateTagOption { on, .. } if option.resources.contains(on) => {
            one("on", "It is there already.".to_owned())
        }
        CatalogChange::AssociateTagOption { .. } if is_the_portals(&option.key) => one(
            "on",
            "The portal sets this tag, for each environment another value: nothing could be launched any more."
                .to_owned(),
        ),
        CatalogChange::AssociateTagOption { on, .. } => {
            let there = around.tag_options.iter().filter(|it| it.resources.contains(on));
            let keys: BTreeSet<&str> = there.map(|it| it.key.as_str()).collect();
            if keys.len() >= KEYS && !keys.contains(option.key.as_str()) {
                return one("on", format!("It has TagOptions of {KEYS} keys, and nothing has more."));
            }
            Vec::new()
        }
        CatalogChange::DisassociateTagOption { on, .. } if !option.resources.contains(on) => {
            one("on", "It is not there.".to_owned())
        }
        _ => Vec::new(),
    }
}

/// Tags whose value is another for each person or environment: no TagOption has it, and AWS launches nothing past one that has not.
fn is_the_portals(key: &str) -> bool {
    key == OWNER_TAG || key == ENVIRONMENT_TAG
}

fn about_new(around: &AroundCatalogChange, key: &str, value: &str) -> Vec<FieldError> {
    let mut mistakes = Vec::new();
    if is_the_portals(key) {
        mistakes.push(FieldError::new("tag_key", "The portal sets this tag, for each environment another value."));
    }
    for (field, text) in [("tag_key", key), ("tag_value", value)] {
        if text.is_empty() {
            mistakes.push(FieldError::new(field, "It is missing."));
        }
    }
    if mistakes.is_empty() {
        let of_key = mistake_in(key, "").map(|message| FieldError::new("tag_key", message));
        let of_value = || mistake_in(key, value).map(|message| FieldError::new("tag_value", message));
        mistakes.extend(of_key.or_else(of_value));
    }
    let of_key = around.tag_options.iter().filter(|it| it.key == key);
    if of_key.clone().any(|it| it.value == value) {
        mistakes.push(FieldError::new("tag_value", "The key has this value already."));
    } else if of_key.count() >= VALUES {
        mistakes.push(FieldError::new("tag_value", format!("A key has at most {VALUES} values.")));
    }
    mistakes
}
