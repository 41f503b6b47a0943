//! What values a parameter takes, in the words of a form.

use crate::catalog::Parameter;
use crate::parameter::Kind;
use crate::view::FormControl;

/// How long a value may be, or how great, in words; none where anything goes.
pub fn bounds(parameter: &Parameter) -> Option<String> {
    let values = range(parameter.min_value.clone(), parameter.max_value.clone(), "");
    values.or_else(|| length(parameter.min_length, parameter.max_length))
}

fn range(min: Option<String>, max: Option<String>, unit: &str) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {min}{unit}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
        (Some(min), None) => Some(format!("at least {min}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        (None, None) => None,
    }
}

fn length(min: Option<u64>, max: Option<u64>) -> Option<String> {
    range(min.filter(|m| *m > 0).map(|m| m.to_string()), max.map(|m| m.to_string()), " characters")
}

/// The limits in words.
pub(crate) fn limits(parameter: &Parameter, control: &FormControl) -> Option<String> {
    let of_control = match control {
        FormControl::Choice { .. } => None,
        FormControl::Number { min, max } => range(min.clone(), max.clone(), ""),
        FormControl::Secret { min_length, max_length } | FormControl::Text { min_length, max_length, .. } => {
            let list = Kind::of(&parameter.kind).list.then(|| match &parameter.allowed_values[..] {
                [] => "separated by commas".to_owned(),
                values => format!("separated by commas, out of {}", values.join(", ")),
            });
            list.or_else(|| length(*min_length, *max_length))
        }
    };
    // What the template says in words is said instead of its pattern, as in the error of a value that does not fit.
    let in_words = parameter.constraint_description.clone().or_else(|| match control {
        FormControl::Choice { .. } | FormControl::Number { .. } => None,
        FormControl::Secret { .. } | FormControl::Text { .. } => {
            parameter.allowed_pattern.as_ref().map(|pattern| format!("has to match the pattern {pattern}"))
        }
    });
    match (of_control, in_words) {
        (Some(limits), Some(words)) => Some(format!("{limits}; {words}")),
        (limits, words) => limits.or(words),
    }
}
