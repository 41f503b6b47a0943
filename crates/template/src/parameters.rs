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

/// One thing that is wrong with a parameter.
pub(super) struct Wrong {
    /// What of the parameter it is about; empty for the parameter itself.
    pub member: String,
    pub error: TemplateError,
}

pub(super) fn read(key: &str, body: &Value) -> Result<Parameter, TemplateError> {
    read_or_all(key, body).map_err(|wrong| {
        let first = wrong.into_iter().next().map(|it| it.error);
        first.unwrap_or_else(|| TemplateError::format(format!("parameter {key} cannot be read")))
    })
}

/// Reads a parameter, or says all that is wrong with it, which is at least one thing.
pub(super) fn read_or_all(key: &str, body: &Value) -> Result<Parameter, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut told = |member: &str, error| wrong.push(Wrong { member: member.to_owned(), error });
    let Some(body) = body.as_object() else {
        told("", TemplateError::format(format!("[/Parameters/{key}] 'expected type: JSONObject'")));
        return Err(wrong);
    };
    for unknown in body.keys().filter(|k| !MEMBERS.contains(&k.as_str())) {
        told(unknown, TemplateError::plain(format!("Invalid template parameter property '{unknown}'")));
    }
    let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
    if kind.is_empty() {
        told("", TemplateError::format("Every Parameters object must contain a Type member."));
    } else if !is_kind(kind) {
        told("Type", TemplateError::format(format!("Unrecognized parameter type: {kind}")));
    }
    let text = |name: &str| body.get(name).filter(|v| !v.is_null()).and_then(scalar_text);
    let default = match body.get("Default") {
        Some(Value::Array(_) | Value::Object(_)) => {
            let error = TemplateError::format(format!("Every Default member must be a string: parameter {key}"));
            told("Default", error);
            None
        }
        // An empty YAML scalar is an empty default.
        Some(Value::Null) => Some(String::new()),
        given => given.and_then(scalar_text),
    };
    let mut whole = |name: &str| {
        let given = text(name)?;
        let read = given.parse::<u64>();
        if read.is_err() {
            told(name, TemplateError::format(format!("{name} of parameter {key} must be an integer")));
        }
        read.ok()
    };
    let (min_length, max_length) = (whole("MinLength"), whole("MaxLength"));
    let mut decimal = |name: &str| {
        let given = text(name)?;
        if given.parse::<f64>().is_err() {
            told(name, TemplateError::format(format!("{name} of parameter {key} must be a number")));
        }
        Some(given)
    };
    let (min_value, max_value) = (decimal("MinValue"), decimal("MaxValue"));
    if !wrong.is_empty() {
        return Err(wrong);
    }
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
        min_length,
        max_length,
        min_value,
        max_value,
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
        self.parameters.iter().filter_map(|it| Some(format!("parameter {}: {}", it.key, unfit(it)?.message))).collect()
    }
}

/// What keeps values of a parameter from being taken.
pub(super) struct Unfit {
    /// What of the parameter it is about.
    pub member: &'static str,
    pub message: String,
    /// Whether no value at all is taken, where it is not the default alone, or a pattern that cannot be read here.
    pub every_value: bool,
}

pub(super) fn unfit(parameter: &Parameter) -> Option<Unfit> {
    let number = |text: &Option<String>| text.as_ref().and_then(|t| t.parse::<f64>().ok());
    let told = |member, message, every_value| Some(Unfit { member, message, every_value });
    if domain::parameter::has_unreadable_pattern(parameter) {
        let pattern = parameter.allowed_pattern.as_deref().unwrap_or_default();
        let message = format!("its pattern {pattern} cannot be read here, so no value is held against it");
        return told("AllowedPattern", message, false);
    }
    let lengths = parameter.min_length.zip(parameter.max_length).is_some_and(|(min, max)| min > max);
    let values = number(&parameter.min_value).zip(number(&parameter.max_value)).is_some_and(|(min, max)| min > max);
    if lengths || values {
        let message = "no value can be given, its least limit is above its greatest".to_owned();
        return told(if lengths { "MinLength" } else { "MinValue" }, message, true);
    }
    let refused = |value: &String| check(parameter, value).err();
    let reasons: Option<Vec<_>> = parameter.allowed_values.iter().map(refused).collect();
    if let Some(first) = reasons.iter().flatten().next() {
        let message = format!("no value can be given, none of its AllowedValues fits: {first}");
        return told("AllowedValues", message, true);
    }
    let default = parameter.default.as_ref().and_then(refused)?;
    told("Default", format!("its default does not fit, a value has to be given: {default}"), false)
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
