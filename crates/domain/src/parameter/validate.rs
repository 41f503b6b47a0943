use crate::catalog::Parameter;

/// Whether a value fits the parameter; the error is for the person who typed it.
pub fn validate(parameter: &Parameter, value: &str) -> Result<(), String> {
    if !parameter.allowed_values.is_empty() && !parameter.allowed_values.iter().any(|v| v == value) {
        return Err(format!("Choose one of {}.", parameter.allowed_values.join(", ")));
    }
    Ok(())
}
