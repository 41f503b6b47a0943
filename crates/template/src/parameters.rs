//! Parameters: what they declare, and the values of one stack.

use std::collections::BTreeMap;

use domain::catalog::Parameter;
use serde_json::Value;

use super::TemplateError;
use super::document::Template;
use super::functions::scalar_text;

/// Parameter values of a stack, all of them: given, or by default.
pub type Values = BTreeMap<String, String>;

/// Whether values of this parameter type are lists, written with commas.
pub fn is_list(kind: &str) -> bool {
    let kind = ssm_value_kind(kind).unwrap_or(kind);
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// The type behind `AWS::SSM::Parameter::Value<T>`, whose values name a parameter of Systems Manager.
pub fn ssm_value_kind(kind: &str) -> Option<&str> {
    kind.strip_prefix("AWS::SSM::Parameter::Value<")?.strip_suffix('>')
}

/// The members that an entry may have.
const MEMBERS: &[&str] = &[
    "Type",
    "Default",
    "NoEcho",
    "AllowedValues",
    "AllowedPattern",
    "MaxLength",
    "MinLength",
    "MaxValue",
    "MinValue",
    "Description",
    "ConstraintDescription",
];

pub(super) fn read(key: &str, body: &Value) -> Result<Parameter, TemplateError> {
    let Some(body) = body.as_object() else {
        return Err(TemplateError::format(format!("[/Parameters/{key}] 'expected type: JSONObject'")));
    };
    if let Some(unknown) = body.keys().find(|k| !MEMBERS.contains(&k.as_str())) {
        return Err(TemplateError::plain(format!("Invalid template parameter property '{unknown}'")));
    }
    let kind = body
        .get("Type")
        .and_then(Value::as_str)
        .ok_or_else(|| TemplateError::format("Every Parameters object must contain a Type member."))?;
    if !is_kind(kind) {
        return Err(TemplateError::format(format!("Unrecognized parameter type: {kind}")));
    }
    let text = |name: &str| body.get(name).filter(|v| !v.is_null()).and_then(scalar_text);
    let whole = |name: &str| -> Result<Option<u64>, TemplateError> {
        text(name)
            .map(|t| {
                t.parse().map_err(|_| TemplateError::format(format!("{name} of parameter {key} must be an integer")))
            })
            .transpose()
    };
    let decimal = |name: &str| -> Result<Option<String>, TemplateError> {
        match text(name) {
            Some(t) if t.parse::<f64>().is_err() => {
                Err(TemplateError::format(format!("{name} of parameter {key} must be a number")))
            }
            other => Ok(other),
        }
    };
    let default = match body.get("Default") {
        Some(Value::Array(_) | Value::Object(_)) => {
            return Err(TemplateError::format(format!("Every Default member must be a string: parameter {key}")));
        }
        // An empty YAML scalar is an empty default.
        Some(Value::Null) => Some(String::new()),
        given => given.and_then(scalar_text),
    };
    Ok(Parameter {
        key: key.to_owned(),
        default,
        kind: kind.to_owned(),
        no_echo: matches!(text("NoEcho").as_deref(), Some("true" | "True" | "TRUE")),
        description: text("Description").unwrap_or_default().trim().to_owned(),
        allowed_values: body
            .get("AllowedValues")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(scalar_text)
            .collect(),
        allowed_pattern: text("AllowedPattern"),
        constraint_description: text("ConstraintDescription"),
        min_length: whole("MinLength")?,
        max_length: whole("MaxLength")?,
        min_value: decimal("MinValue")?,
        max_value: decimal("MaxValue")?,
    })
}

fn is_kind(kind: &str) -> bool {
    let one = |k: &str| matches!(k, "String" | "Number") || k.starts_with("AWS::");
    let any = |k: &str| {
        one(k)
            || k == "CommaDelimitedList"
            || k.strip_prefix("List<").and_then(|k| k.strip_suffix('>')).is_some_and(one)
    };
    ssm_value_kind(kind).map_or_else(|| any(kind), any)
}

impl Template {
    /// The values of all parameters, from those given and the defaults, or what is wrong with them in CloudFormation's
    /// words.
    pub fn parameter_values(&self, given: &Values) -> Result<Values, TemplateError> {
        self.check_names(given)?;
        let mut values = Values::new();
        for parameter in &self.parameters {
            let value = given.get(&parameter.key).or(parameter.default.as_ref()).cloned().unwrap_or_default();
            check(parameter, &value)?;
            values.insert(parameter.key.clone(), value);
        }
        Ok(values)
    }

    /// Whether all that is given is a parameter, and every parameter without a default is given.
    pub fn check_names(&self, given: &Values) -> Result<(), TemplateError> {
        let unknown: Vec<&str> = given.keys().filter(|key| self.parameter(key).is_none()).map(String::as_str).collect();
        if !unknown.is_empty() {
            return Err(TemplateError::plain(format!(
                "Parameters: [{}] do not exist in the template",
                unknown.join(", ")
            )));
        }
        let missing: Vec<&str> = self
            .parameters
            .iter()
            .filter(|p| p.default.is_none() && !given.contains_key(&p.key))
            .map(|p| p.key.as_str())
            .collect();
        if !missing.is_empty() {
            return Err(TemplateError::plain(format!("Parameters: [{}] must have values", missing.join(", "))));
        }
        Ok(())
    }
}

impl Template {
    /// Parameters that no value or not their own default can satisfy, each with why, and patterns that cannot be read.
    pub fn never_filled(&self) -> Vec<String> {
        self.parameters.iter().filter_map(never_filled).collect()
    }
}

fn never_filled(parameter: &Parameter) -> Option<String> {
    let key = &parameter.key;
    let number = |text: &Option<String>| text.as_ref().and_then(|t| t.parse::<f64>().ok());
    if domain::parameter::has_unreadable_pattern(parameter) {
        let pattern = parameter.allowed_pattern.as_deref().unwrap_or_default();
        return Some(format!(
            "parameter {key}: its pattern {pattern} cannot be read here, so no value is held against it"
        ));
    }
    let crossed = parameter.min_length.zip(parameter.max_length).is_some_and(|(min, max)| min > max)
        || number(&parameter.min_value).zip(number(&parameter.max_value)).is_some_and(|(min, max)| min > max);
    if crossed {
        return Some(format!("parameter {key}: no value can be given, its least limit is above its greatest"));
    }
    let refused = |value: &String| check(parameter, value).err();
    let reasons: Option<Vec<_>> = parameter.allowed_values.iter().map(refused).collect();
    if let Some(first) = reasons.iter().flatten().next() {
        return Some(format!("parameter {key}: no value can be given, none of its AllowedValues fits: {first}"));
    }
    let default = parameter.default.as_ref().and_then(refused)?;
    Some(format!("parameter {key}: its default does not fit, a value has to be given: {default}"))
}

fn check(parameter: &Parameter, value: &str) -> Result<(), TemplateError> {
    let key = &parameter.key;
    let refused = |what: String| {
        TemplateError::plain(match &parameter.constraint_description {
            Some(words) => format!("Parameter '{key}' failed to satisfy constraint: {words}"),
            None => format!("Parameter '{key}' {what}"),
        })
    };
    let whole = [value.to_owned()];
    let items: Vec<String> = if is_list(&parameter.kind) && !value.is_empty() {
        value.split(',').map(|item| item.trim().to_owned()).collect()
    } else {
        whole.to_vec()
    };
    let list = ssm_value_kind(&parameter.kind).is_none();
    for item in &items {
        if parameter.kind.contains("Number") && list && item.parse::<f64>().is_err() {
            return Err(TemplateError::plain(format!("Parameter '{key}' must be a number.")));
        }
        if !parameter.allowed_values.is_empty() && !parameter.allowed_values.contains(item) {
            return Err(refused("must be one of AllowedValues".to_owned()));
        }
        let length = item.chars().count() as u64;
        if let Some(min) = parameter.min_length.filter(|min| length < *min) {
            return Err(refused(format!("must contain at least {min} characters")));
        }
        if let Some(max) = parameter.max_length.filter(|max| length > *max) {
            return Err(refused(format!("must contain at most {max} characters")));
        }
        let number = item.parse::<f64>().ok();
        let limit = |text: &Option<String>| text.as_ref().and_then(|t| t.parse::<f64>().ok());
        if let (Some(n), Some(min)) = (number, limit(&parameter.min_value))
            && n < min
        {
            return Err(refused(format!("must be a number not less than {min}")));
        }
        if let (Some(n), Some(max)) = (number, limit(&parameter.max_value))
            && n > max
        {
            return Err(refused(format!("must be a number not greater than {max}")));
        }
        if let Some(pattern) = &parameter.allowed_pattern {
            // The pattern alone: what else the parameter demands has been said already, in CloudFormation's words.
            let alone =
                Parameter { kind: "String".into(), allowed_pattern: Some(pattern.clone()), ..Parameter::default() };
            if domain::parameter::validate(&alone, item).is_err() {
                return Err(refused(format!("must match pattern {pattern}")));
            }
        }
    }
    if value.is_empty() && parameter.default.is_none() && parameter.kind.contains("AWS::EC2::") {
        return Err(TemplateError::plain(format!(
            "Parameter validation failed: parameter value for parameter name {key} does not exist"
        )));
    }
    Ok(())
}
