//! The rules of constraints that a CloudFormation template makes, for whoever kept a portfolio as a template before.

use serde_json::{Map, Value, json};
use template::check::check;

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-servicecatalog-launchtemplateconstraint.html>
const KIND: &str = "AWS::ServiceCatalog::LaunchTemplateConstraint";

/// The rules of all template constraints that the template makes, as one; `None` where the text is no such template. A
/// parameter of the template that has a default stands for it; another one stays as it is written.
pub(super) fn rules_of_template(text: &str) -> Option<Result<String, String>> {
    let document = check(text).ok()?.document;
    let resources = document.get("Resources")?.as_object()?;
    let of_kind = resources.values().filter(|it| it.get("Type").and_then(Value::as_str) == Some(KIND));
    let written: Vec<&Value> = of_kind.filter_map(|it| it.pointer("/Properties/Rules")).collect();
    (!written.is_empty()).then(|| merged(&document, &written))
}

fn merged(document: &Map<String, Value>, written: &[&Value]) -> Result<String, String> {
    let mut all = Map::new();
    for rules in written {
        let text = match rules {
            Value::String(text) => text.clone(),
            other => substituted(document, other).ok_or("The rules of a constraint are neither text nor Fn::Sub.")?,
        };
        let read: Value = serde_json::from_str(&text).map_err(|error| format!("Its rules are no JSON: {error}."))?;
        let rules = read.get("Rules").unwrap_or(&read).as_object().ok_or("Its rules are no map of names.")?;
        for (name, rule) in rules {
            if all.insert(name.clone(), rule.clone()).is_some() {
                return Err(format!("Two of its constraints have a rule {name}: take one out of the template."));
            }
        }
    }
    serde_json::to_string_pretty(&json!({ "Rules": all })).map_err(|error| error.to_string())
}

fn substituted(document: &Map<String, Value>, value: &Value) -> Option<String> {
    let written = value.get("Fn::Sub")?;
    let mut text = written.as_str().or_else(|| written.get(0)?.as_str())?.to_owned();
    let parameters = document.get("Parameters").and_then(Value::as_object);
    for (name, parameter) in parameters.into_iter().flatten() {
        if let Some(default) = parameter.get("Default").and_then(Value::as_str) {
            // It stands within JSON.
            let quoted = Value::from(default).to_string();
            let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or_default();
            text = text.replace(&format!("${{{name}}}"), inner);
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOG: &str = r#"
Parameters:
  ProjectName: {Type: String}
  Type: {Type: String, Default: ml.t3."medium"}
Resources:
  Portfolio: {Type: AWS::ServiceCatalog::Portfolio, Properties: {DisplayName: a, ProviderName: b}}
  Names:
    Type: AWS::ServiceCatalog::LaunchTemplateConstraint
    Properties:
      PortfolioId: !Ref Portfolio
      ProductId: prod-1
      Rules: !Sub |
        {"ProjectName": {"Assertions": [{"Assert": {"Fn::Contains": [["${ProjectName}", "${Type}"], {"Ref": "ProjectName"}]}}]}}
  Types:
    Type: AWS::ServiceCatalog::LaunchTemplateConstraint
    Properties:
      PortfolioId: !Ref Portfolio
      ProductId: prod-1
      Rules: '{"Rules": {"Small": {"Assertions": []}}}'
"#;

    #[test]
    fn the_rules_of_every_constraint_are_taken_out() {
        let rules: Value = serde_json::from_str(&rules_of_template(CATALOG).unwrap().unwrap()).unwrap();
        let allowed = &rules["Rules"]["ProjectName"]["Assertions"][0]["Assert"]["Fn::Contains"][0];
        assert_eq!(
            *allowed,
            json!(["${ProjectName}", "ml.t3.\"medium\""]),
            "what has no default stays as it is written"
        );
        assert!(rules["Rules"]["Small"].is_object());
    }

    #[test]
    fn what_is_no_such_template_is_none_and_a_broken_one_says_why() {
        for text in ["{\"Rules\": {}}", "nothing", "Resources: {A: {Type: AWS::SNS::Topic}}"] {
            assert_eq!(rules_of_template(text), None, "{text}");
        }
        let twice = CATALOG.replace("\"Small\"", "\"ProjectName\"");
        assert!(rules_of_template(&twice).unwrap().unwrap_err().contains("a rule ProjectName"));
        let broken = CATALOG.replace("'{\"Rules\"", "'{Rules\"");
        assert!(rules_of_template(&broken).unwrap().unwrap_err().contains("no JSON"));
    }
}
