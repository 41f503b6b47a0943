//! Two versions of a template side by side: what they ask for, make and grant differently, and the lines that differ.

use domain::catalog::Parameter;
use domain::template::replacement;
use domain::view::{
    ComparedLine, Difference, GrantDifference, OutlineGrant, ParameterDifference, ResourceDifference,
    TemplateComparison, ValueDifference,
};
use serde_json::{Map, Value};
use similar::{Algorithm, ChangeTag, TextDiff};

use crate::check::{Checked, Unreadable, check};
use crate::outline::outline;

/// Lines that are shown before and after those that differ.
const AROUND: usize = 3;
/// Lines that are shown at most: more than this nobody reads on a page.
const LONGEST: usize = 3_000;

/// What `after` has otherwise than `before`. Fails where one of them is no template.
pub fn compare(before: &str, after: &str) -> Result<TemplateComparison, Unreadable> {
    let (old, new) = (check(before)?, check(after)?);
    let (old_outline, new_outline) = (outline(&old), outline(&new));
    let (parts, cut) = lines(before, after);
    Ok(TemplateComparison {
        parameters: parameters(&old_outline.parameters, &new_outline.parameters),
        resources: resources(&old, &new),
        grants: grants(&old_outline.grants, &new_outline.grants),
        parts,
        cut,
    })
}

fn parameters(before: &[Parameter], after: &[Parameter]) -> Vec<ParameterDifference> {
    let mut found = Vec::new();
    for new in after {
        let old = before.iter().find(|old| old.key == new.key);
        let (difference, values) = match old {
            None => (Difference::New, told(&Parameter::default(), new)),
            Some(old) => (Difference::Changed, told(old, new)),
        };
        if old.is_none() || !values.is_empty() {
            found.push(ParameterDifference { key: new.key.clone(), difference, values });
        }
    }
    let gone = before.iter().filter(|old| after.iter().all(|new| new.key != old.key));
    found.extend(gone.map(|old| ParameterDifference {
        key: old.key.clone(),
        difference: Difference::Gone,
        values: Vec::new(),
    }));
    found
}

/// What is not the same of two parameters; the default of a secret is not told.
fn told(before: &Parameter, after: &Parameter) -> Vec<ValueDifference> {
    let shown = |parameter: &Parameter| {
        let default = match &parameter.default {
            Some(_) if parameter.no_echo => "a secret".to_owned(),
            default => default.clone().unwrap_or_default(),
        };
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let number = |it: Option<u64>| it.map(|it| it.to_string()).unwrap_or_default();
        [
            ("Type", parameter.kind.clone()),
            ("Default", default),
            ("About", parameter.description.clone()),
            ("One of", parameter.allowed_values.join(", ")),
            ("As", text(&parameter.allowed_pattern)),
            ("At least", text(&parameter.min_value)),
            ("At most", text(&parameter.max_value)),
            ("Shortest", number(parameter.min_length)),
            ("Longest", number(parameter.max_length)),
            ("Secret", if parameter.no_echo { "yes".to_owned() } else { String::new() }),
        ]
    };
    let pairs = shown(before).into_iter().zip(shown(after));
    let differ = pairs.filter(|((_, old), (_, new))| old != new);
    differ.map(|((what, before), (_, after))| ValueDifference { what: what.to_owned(), before, after }).collect()
}

fn resources(before: &Checked, after: &Checked) -> Vec<ResourceDifference> {
    let none = Map::new();
    let section = |checked: &Checked| {
        checked.document.get("Resources").and_then(Value::as_object).cloned().unwrap_or_else(Map::new)
    };
    let (before, after) = (section(before), section(after));
    let kind = |body: &Value| body.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for (logical_id, new) in &after {
        let Some(old) = before.get(logical_id) else {
            found.push(resource(logical_id, kind(new), Difference::New, Vec::new(), false));
            continue;
        };
        if old == new {
            continue;
        }
        let properties =
            |body: &Value| body.get("Properties").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
        let mut differ = differing(&properties(old), &properties(new));
        let by = replacement(&kind(new)).map_or(&[][..], |known| known.properties);
        let another = kind(old) != kind(new) || differ.iter().any(|property| by.contains(&property.as_str()));
        // Type, Condition, DeletionPolicy, ... stand beside the properties.
        let (beside_old, beside_new) = (old.as_object().unwrap_or(&none), new.as_object().unwrap_or(&none));
        differ.extend(differing(beside_old, beside_new).into_iter().filter(|name| name != "Properties"));
        found.push(resource(logical_id, kind(new), Difference::Changed, differ, another));
    }
    for (logical_id, old) in before.iter().filter(|(logical_id, _)| !after.contains_key(*logical_id)) {
        found.push(resource(logical_id, kind(old), Difference::Gone, Vec::new(), false));
    }
    found
}

fn resource(
    logical_id: &str,
    kind: String,
    difference: Difference,
    by: Vec<String>,
    replaced: bool,
) -> ResourceDifference {
    ResourceDifference { logical_id: logical_id.to_owned(), kind, difference, by, replaced }
}

/// The names of what is not the same.
fn differing(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let mut names: Vec<String> = after.keys().filter(|key| before.get(*key) != after.get(*key)).cloned().collect();
    names.extend(before.keys().filter(|key| !after.contains_key(*key)).cloned());
    names
}

/// Statements that only one of them has; where they stand does not tell them apart.
fn grants(before: &[OutlineGrant], after: &[OutlineGrant]) -> Vec<GrantDifference> {
    let anywhere = |it: &OutlineGrant| OutlineGrant { line: 0, ..it.clone() };
    let has = |all: &[OutlineGrant], it: &OutlineGrant| all.iter().any(|other| anywhere(other) == anywhere(it));
    let new = after.iter().filter(|it| !has(before, it));
    let gone = before.iter().filter(|it| !has(after, it));
    let told = |difference| move |grant: &OutlineGrant| GrantDifference { difference, grant: grant.clone() };
    gone.map(told(Difference::Gone)).chain(new.map(told(Difference::New))).collect()
}

/// The parts in which lines differ, old beside new, and whether there are more than are shown.
fn lines(before: &str, after: &str) -> (Vec<Vec<ComparedLine>>, bool) {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(before, after);
    let (mut parts, mut shown, mut cut) = (Vec::new(), 0, false);
    for group in diff.grouped_ops(AROUND) {
        let mut part = Vec::new();
        for op in &group {
            let (mut gone, mut new) = (Vec::new(), Vec::new());
            for change in diff.iter_changes(op) {
                let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
                let number = |index: Option<usize>| index.map(|index| u32::try_from(index + 1).unwrap_or(u32::MAX));
                let old = number(change.old_index()).map(|number| (number, text.clone()));
                let now = number(change.new_index()).map(|number| (number, text));
                match change.tag() {
                    ChangeTag::Equal => part.push(ComparedLine { before: old, after: now, differs: false }),
                    ChangeTag::Delete => gone.push(old),
                    ChangeTag::Insert => new.push(now),
                }
            }
            let longest = gone.len().max(new.len());
            gone.resize(longest, None);
            new.resize(longest, None);
            let pairs = gone.into_iter().zip(new);
            part.extend(pairs.map(|(before, after)| ComparedLine { before, after, differs: true }));
        }
        if shown + part.len() > LONGEST {
            cut = true;
            part.truncate(LONGEST - shown);
        }
        shown += part.len();
        if !part.is_empty() {
            parts.push(part);
        }
        if cut {
            break;
        }
    }
    (parts, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "\
Parameters:
  Owner: {Type: String}
  Size: {Type: Number, Default: 5}
  Gone: {Type: String, NoEcho: true, Default: hidden}
Resources:
  Domain:
    Type: AWS::SageMaker::Domain
    Properties: {DomainName: a, VpcId: vpc-1, AuthMode: IAM}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: sagemaker.amazonaws.com}, Action: sts:AssumeRole}}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: s3:GetObject, Resource: '*'}}}]
  Topic: {Type: AWS::SNS::Topic}
";

    #[test]
    fn what_differs_is_told_and_what_does_not_is_left_out() {
        let new = OLD
            .replace("Default: 5", "Default: 10, MaxValue: 20")
            .replace(
                "  Gone: {Type: String, NoEcho: true, Default: hidden}\n",
                "  Key: {Type: String, NoEcho: true, Default: hidden}\n",
            )
            .replace("vpc-1", "vpc-2")
            .replace("s3:GetObject", "s3:PutObject")
            .replace("  Topic: {Type: AWS::SNS::Topic}\n", "  Queue: {Type: AWS::SQS::Queue}\n");
        let it = compare(OLD, &new).unwrap();
        let parameters: Vec<_> = it.parameters.iter().map(|it| (it.key.as_str(), it.difference)).collect();
        let expected = [("Size", Difference::Changed), ("Key", Difference::New), ("Gone", Difference::Gone)];
        assert_eq!(parameters, expected);
        let size: Vec<_> = it.parameters[0].values.iter().map(|it| (&*it.what, &*it.before, &*it.after)).collect();
        assert_eq!(size, [("Default", "5", "10"), ("At most", "", "20")]);
        assert!(!format!("{:?}", it.parameters).contains("hidden"), "a secret's default is not told");
        let resources: Vec<_> =
            it.resources.iter().map(|it| (it.logical_id.as_str(), it.difference, it.replaced)).collect();
        let expected = [
            ("Domain", Difference::Changed, true),
            ("Role", Difference::Changed, false),
            ("Queue", Difference::New, false),
            ("Topic", Difference::Gone, false),
        ];
        assert_eq!(resources, expected);
        assert_eq!(it.resources[0].by, ["VpcId"]);
        let grants: Vec<_> = it.grants.iter().map(|it| (it.difference, it.grant.actions.join(","))).collect();
        assert_eq!(grants, [(Difference::Gone, "s3:GetObject".into()), (Difference::New, "s3:PutObject".into())]);
        let differing = it.parts.iter().flatten().filter(|line| line.differs).count();
        assert!(differing == 5 && !it.cut, "{differing}");
    }

    #[test]
    fn the_same_template_differs_in_nothing_and_long_ones_are_cut() {
        let it = compare(OLD, OLD).unwrap();
        assert_eq!(it, TemplateComparison::default());
        let long = (0..4_000).map(|n| format!("# {n}")).collect::<Vec<_>>().join("\n");
        let it = compare(OLD, &format!("{OLD}{long}")).unwrap();
        assert!(it.cut && it.parts.iter().map(Vec::len).sum::<usize>() == LONGEST);
        assert!(compare("[", OLD).is_err());
    }
}
