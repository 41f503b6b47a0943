//! Whether an admin may bind a parameter so: what is asked of people, what is kept in clear, and what the template takes.

use crate::binding::{BindingSource, from_account, never_asked};
use crate::catalog::{Parameter, Product};
use crate::parameter::{Item, Kind, validate};
use crate::project::ProjectAccount;

/// Whether the template takes what the accounts have declared, as far as they have; the error names the first that it
/// refuses.
pub fn check_declared<'a>(
    parameter: &Parameter,
    source: &BindingSource,
    accounts: impl IntoIterator<Item = &'a ProjectAccount>,
) -> Result<(), String> {
    let BindingSource::FromAccount { value } = source else { return Ok(()) };
    for account in accounts {
        if let Ok(declared) = from_account(*value, parameter, account) {
            validate(parameter, &declared).map_err(|message| {
                format!("The account {} has {declared:?} there, which the template refuses: {message}", account.name)
            })?;
        }
    }
    Ok(())
}

/// Whether an admin may bind a parameter of the product so: some version that can be requested takes it. Where others do not,
/// [`crate::obstacle`] tells.
pub fn check_binding_of(product: &Product, parameter: &str, source: &BindingSource) -> Result<(), String> {
    let mut first = None;
    let mut others = false;
    for declared in product.declarations(parameter) {
        match check_binding(&declared, source) {
            Ok(()) => return Ok(()),
            Err(why) => match &first {
                None => first = Some(why),
                Some(known) => others |= *known != why,
            },
        }
    }
    match first {
        None => Ok(()),
        Some(why) if others => Err(format!("No version that can be requested takes it. The first: {why}")),
        Some(why) => Err(why),
    }
}

/// Whether an admin may bind the parameter so; the error says why not.
pub fn check_binding(parameter: &Parameter, source: &BindingSource) -> Result<(), String> {
    match source {
        BindingSource::Ask | BindingSource::Choice { .. } if never_asked(parameter) => Err(format!(
            "{} is a role, name, tag, network or key parameter: people must never choose it. Bind it to a fixed value, the \
             account or the person.",
            parameter.key
        )),
        BindingSource::Fixed { .. } | BindingSource::Choice { .. } if parameter.no_echo => Err(format!(
            "{} is a secret (NoEcho): a value written here would be stored, audited and shown in clear. {}",
            parameter.key,
            if never_asked(parameter) { "Take it from the account or the person." } else { "Let it be asked for." }
        )),
        BindingSource::Choice { values } if values.is_empty() => Err("A choice needs at least one value.".to_owned()),
        BindingSource::Choice { values } => values.iter().try_for_each(|v| {
            validate(parameter, v).map_err(|message| format!("The template refuses {v:?}: {message}"))
        }),
        BindingSource::Fixed { value } => {
            validate(parameter, value).map_err(|message| format!("The template refuses this value: {message}"))
        }
        BindingSource::FromPerson { .. } if Kind::of(&parameter.kind).item == Item::Number => {
            Err(format!("{} is a number, and nothing that is known of a person is one.", parameter.key))
        }
        BindingSource::Ask | BindingSource::FromAccount { .. } | BindingSource::FromPerson { .. } => Ok(()),
    }
}
